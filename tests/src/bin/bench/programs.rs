//! The programs of the suite and how large they are run.

/// One program of the suite.
pub(crate) struct Program {
    /// As the harnesses call it.
    pub(crate) name: &'static str,
    /// The inner count of the suite's own standard runs.
    pub(crate) standard: u32,
    /// An inner count that takes about a second on CPython 3.11, where the program allows one.
    pub(crate) quick: u32,
}

const fn program(name: &'static str, standard: u32, quick: u32) -> Program {
    Program { name, standard, quick }
}

/// All fourteen. CD, Havlak, Mandelbrot and NBody know results for some inner counts only.
pub(crate) const PROGRAMS: [Program; 14] = [
    program("Richards", 100, 30),
    program("DeltaBlue", 12000, 12000),
    program("Json", 100, 100),
    program("CD", 250, 100),
    program("Havlak", 1500, 1),
    program("Bounce", 1500, 1000),
    program("List", 1500, 1500),
    program("Permute", 1000, 500),
    program("Queens", 1000, 800),
    program("Sieve", 3000, 1500),
    program("Storage", 1000, 600),
    program("Towers", 600, 400),
    program("NBody", 250_000, 250_000),
    program("Mandelbrot", 500, 500),
];
