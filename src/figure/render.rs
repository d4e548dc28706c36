//! From SVG to PNG and PDF, with the one font.

use super::font::FONT;
use krilla::SerializeSettings;
use krilla::configure::{ConfigurationBuilder, PdfVersion};
use krilla::geom::Size;
use krilla::page::PageSettings;
use krilla_svg::{SurfaceExt, SvgSettings};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};
use std::fmt;
use std::sync::{Arc, OnceLock};

/// Dots an inch of a PNG, and pixels an inch of an SVG.
const DOTS: f32 = 300.0;
const PIXELS: f32 = 96.0;
/// Points an inch of a PDF.
const POINTS: f32 = 72.0;

/// A figure that could not be put in another format.
#[derive(Debug)]
pub struct NotRendered(String);

impl fmt::Display for NotRendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotRendered {}

fn wrong(error: impl fmt::Display) -> NotRendered {
    NotRendered(error.to_string())
}

fn tree(svg: &str) -> Result<Tree, NotRendered> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let fonts = FONTS.get_or_init(|| {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(FONT.to_vec());
        fonts.set_sans_serif_family("Roboto");
        Arc::new(fonts)
    });
    let options = Options {
        fontdb: Arc::clone(fonts),
        font_family: "Roboto".to_owned(),
        ..Options::default()
    };
    Tree::from_str(svg, &options).map_err(wrong)
}

/// As PNG, 300 dots an inch.
pub(super) fn png(svg: &str) -> Result<Vec<u8>, NotRendered> {
    let tree = tree(svg)?;
    let scale = DOTS / PIXELS;
    let size = tree.size().to_int_size().scale_by(scale);
    let mut pixels = size
        .and_then(|size| Pixmap::new(size.width(), size.height()))
        .ok_or_else(|| wrong("the figure has no size"))?;
    resvg::render(
        &tree,
        Transform::from_scale(scale, scale),
        &mut pixels.as_mut(),
    );
    pixels.encode_png().map_err(wrong)
}

/// As PDF of one page, its text still text.
pub(super) fn pdf(svg: &str) -> Result<Vec<u8>, NotRendered> {
    let tree = tree(svg)?;
    let (width, height) = (
        tree.size().width() * POINTS / PIXELS,
        tree.size().height() * POINTS / PIXELS,
    );
    let size = Size::from_wh(width, height).ok_or_else(|| wrong("the figure has no size"))?;
    // pdfTeX warns of figures of a later version than its own documents have.
    let version = ConfigurationBuilder::new().with_version(PdfVersion::Pdf15);
    let mut document = krilla::Document::new_with(SerializeSettings {
        configuration: version
            .finish()
            .map_err(|error| NotRendered(format!("{error:?}")))?,
        ..SerializeSettings::default()
    });
    let mut page = document.start_page_with(
        PageSettings::from_wh(width, height).ok_or_else(|| wrong("the figure has no size"))?,
    );
    let mut surface = page.surface();
    surface.draw_svg(&tree, size, SvgSettings::default());
    surface.finish();
    page.finish();
    document
        .finish()
        .map_err(|error| NotRendered(format!("{error:?}")))
}
