//! Where the uniforms come from: keyed streams and low-discrepancy points behind one trait.

/// The samplers, by name. The table that the command line, `list samplers`, the schema and the README read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Independent uniforms.
    Random,
    /// Sobol' points with nested uniform scrambling.
    Sobol,
}

impl Method {
    /// Every sampler with the line that describes it.
    pub const ALL: &'static [(Method, &'static str, &'static str)] = &[
        (Method::Random, "random", "independent uniform numbers (xoshiro256++)"),
        (Method::Sobol, "sobol", "Sobol' points, Joe-Kuo directions, nested uniform scrambling"),
    ];

    /// The word of the command line.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// The sampler of that name.
    pub fn from_name(name: &str) -> Option<Method> {
        Self::ALL.iter().find(|row| row.1 == name).map(|row| row.0)
    }
}
