//! The programs of the suite and how large they are run.

/// One program of the suite.
pub(crate) struct Program {
    /// As the harnesses call it.
    pub(crate) name: &'static str,
    /// The inner count of the suite's own standard runs.
    pub(crate) standard: u32,
    /// An inner count that takes about a second on CPython 3.11, where the program allows one.
    pub(crate) quick: u32,
    /// Inner counts for a short script, the greatest first.
    pub(crate) short: &'static [u32],
}

const fn program(name: &'static str, standard: u32, quick: u32, short: &'static [u32]) -> Program {
    Program { name, standard, quick, short }
}

/// Where any inner count has a result that is known.
const ANY: &[u32] = &[1000, 500, 250, 125, 60, 30, 15, 8, 4, 2, 1];

/// All fourteen. CD, Havlak, Mandelbrot and NBody know results for some inner counts only.
pub(crate) const PROGRAMS: [Program; 14] = [
    program("Richards", 100, 30, ANY),
    program("DeltaBlue", 12000, 12000, &[12000, 6000, 3000, 1500, 800, 400]),
    program("Json", 100, 100, ANY),
    program("CD", 250, 100, &[100, 10, 2]),
    program("Havlak", 1500, 1, &[1]),
    program("Bounce", 1500, 1000, ANY),
    program("List", 1500, 1500, ANY),
    program("Permute", 1000, 500, ANY),
    program("Queens", 1000, 800, ANY),
    program("Sieve", 3000, 1500, ANY),
    program("Storage", 1000, 600, ANY),
    program("Towers", 600, 400, ANY),
    program("NBody", 250_000, 250_000, &[250_000, 1]),
    program("Mandelbrot", 500, 500, &[500, 1]),
];
