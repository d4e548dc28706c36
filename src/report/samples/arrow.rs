//! The types, units and roles of columns as data frames of Arrow's family keep them: a schema of Arrow, in the form that a Parquet
//! file carries under the key [`KEY`].
//!
//! That form is a message of Arrow's exchange format ("Encapsulated message format" of the columnar format, version 5), in base64;
//! the tables below are those of its `Schema.fbs` and `Message.fbs`. Arrow's own crates would take twice as long to compile as this
//! program.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flatbuffers::{
    FlatBufferBuilder, ForwardsUOffset, UnionWIPOffset, VOffsetT, Vector, WIPOffset,
};

/// The key in the metadata of a Parquet file.
pub(super) const KEY: &str = "ARROW:schema";

/// A column: its name, its type, whether a number may be missing, and what is known of it.
pub(super) struct Field<'text> {
    pub(super) name: &'text str,
    pub(super) kind: Kind,
    pub(super) nullable: bool,
    pub(super) metadata: Vec<(&'text str, &'text str)>,
}

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Whole numbers of so many bits, with a sign.
    Whole(i32),
    /// Doubles.
    Double,
}

/// `MetadataVersion.V5`.
const VERSION: i16 = 4;
/// The variants of the union `MessageHeader` and of the union `Type`.
const HEADER_SCHEMA: u8 = 1;
const TYPE_INT: u8 = 2;
const TYPE_FLOATING_POINT: u8 = 3;
/// `Precision.DOUBLE`.
const DOUBLE: i16 = 2;

/// Where the field with this number stands in the vtable of its table.
const fn slot(number: VOffsetT) -> VOffsetT {
    4 + 2 * number
}

/// A table that is written.
type Table = WIPOffset<UnionWIPOffset>;
type Tables = WIPOffset<Vector<'static, ForwardsUOffset<UnionWIPOffset>>>;
type Builder = FlatBufferBuilder<'static>;

/// The schema of columns as text, and what is known of all of them.
pub(super) fn schema(fields: &[Field<'_>], metadata: &[(&str, &str)]) -> String {
    let mut builder = Builder::new();
    let fields: Vec<Table> = fields.iter().map(|row| field(&mut builder, row)).collect();
    let fields = tables(&mut builder, &fields);
    let metadata = pairs(&mut builder, metadata);
    let schema = table(&mut builder, |builder| {
        builder.push_slot_always(slot(1), fields);
        builder.push_slot_always(slot(2), metadata);
    });
    let message = table(&mut builder, |builder| {
        builder.push_slot_always(slot(0), VERSION);
        builder.push_slot_always(slot(1), HEADER_SCHEMA);
        builder.push_slot_always(slot(2), schema);
        // No body follows.
        builder.push_slot_always(slot(3), 0_i64);
    });
    builder.finish_minimal(message);
    let message = builder.finished_data();
    // The length is a multiple of eight; what fills it up is zero.
    let length = message.len().next_multiple_of(8);
    let mut bytes = vec![0xff; 4];
    bytes.extend((length as u32).to_le_bytes());
    bytes.extend(message);
    bytes.resize(8 + length, 0);
    BASE64_STANDARD.encode(bytes)
}

fn field(builder: &mut Builder, field: &Field<'_>) -> Table {
    let name = builder.create_string(field.name);
    let (variant, kind) = match field.kind {
        Kind::Whole(bits) => {
            let whole = table(builder, |builder| {
                builder.push_slot_always(slot(0), bits);
                builder.push_slot_always(slot(1), true);
            });
            (TYPE_INT, whole)
        }
        Kind::Double => {
            let double = table(builder, |builder| {
                builder.push_slot_always(slot(0), DOUBLE);
            });
            (TYPE_FLOATING_POINT, double)
        }
    };
    let children = tables(builder, &[]);
    let metadata = pairs(builder, &field.metadata);
    table(builder, |builder| {
        builder.push_slot_always(slot(0), name);
        builder.push_slot_always(slot(1), field.nullable);
        builder.push_slot_always(slot(2), variant);
        builder.push_slot_always(slot(3), kind);
        builder.push_slot_always(slot(5), children);
        builder.push_slot_always(slot(6), metadata);
    })
}

fn pairs(builder: &mut Builder, pairs: &[(&str, &str)]) -> Tables {
    let pairs = pairs.iter().map(|(key, value)| {
        let (key, value) = (builder.create_string(key), builder.create_string(value));
        table(builder, |builder| {
            builder.push_slot_always(slot(0), key);
            builder.push_slot_always(slot(1), value);
        })
    });
    let pairs: Vec<Table> = pairs.collect();
    tables(builder, &pairs)
}

fn table(builder: &mut Builder, fill: impl FnOnce(&mut Builder)) -> Table {
    let start = builder.start_table();
    fill(builder);
    builder.end_table(start).as_union_value()
}

fn tables(builder: &mut Builder, tables: &[Table]) -> Tables {
    builder.create_vector(tables)
}
