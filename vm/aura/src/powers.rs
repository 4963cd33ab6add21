//! From flags to what a program may do and how much of it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use aura_run::{CapSet, Capability, Limits};
use clap::Args;

/// What the program may do to the world outside. Without any of these flags: print, read standard input and its arguments,
/// ask the clock, draw random numbers, and import its own files.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Powers")]
pub struct Powers {
    /// Read files: everywhere, or below these folders only.
    #[arg(long, value_name = "DIR", num_args = 0.., require_equals = true, value_delimiter = ',')]
    pub allow_read: Option<Vec<PathBuf>>,
    /// Write files: everywhere, or below these folders only.
    #[arg(long, value_name = "DIR", num_args = 0.., require_equals = true, value_delimiter = ',')]
    pub allow_write: Option<Vec<PathBuf>>,
    /// Read environment variables.
    #[arg(long)]
    pub allow_env: bool,
    /// Start other programs. (No primitive does so far.)
    #[arg(long)]
    pub allow_run: bool,
    /// Use the network. (No primitive does so far.)
    #[arg(long)]
    pub allow_net: bool,
    /// Everything.
    #[arg(long)]
    pub allow_all: bool,
}

impl Powers {
    /// As the machine has them.
    pub fn set(&self) -> CapSet {
        if self.allow_all {
            return CapSet::all();
        }
        let mut set = CapSet::script();
        if let Some(dirs) = &self.allow_read {
            set = set.with_read(dirs.clone());
        }
        if let Some(dirs) = &self.allow_write {
            set = set.with_write(dirs.clone());
        }
        for (wanted, capability) in
            [(self.allow_env, Capability::Environment), (self.allow_run, Capability::Run), (self.allow_net, Capability::Network)]
        {
            if wanted {
                set = set.with(capability);
            }
        }
        set
    }
}

/// How much the program may use. No limit unless one is named.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Limits")]
pub struct Bounds {
    /// Activations and turns of loops.
    #[arg(long, value_name = "N")]
    pub fuel: Option<u64>,
    /// Memory allocated in all: bytes, or with K, M, G.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub memory: Option<u64>,
    /// Time: seconds, or with ms, s, m.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub time: Option<Duration>,
}

impl Bounds {
    /// As the machine has them; the time begins now.
    pub fn limits(&self) -> Limits {
        Limits { fuel: self.fuel, heap: self.memory, deadline: self.time.map(|t| Instant::now() + t), ..Limits::default() }
    }
}

fn size(text: &str) -> Result<u64, String> {
    let (digits, factor) = match text.to_ascii_uppercase().strip_suffix('B').unwrap_or(&text.to_ascii_uppercase()) {
        t if t.ends_with('K') => (t[..t.len() - 1].to_string(), 1 << 10),
        t if t.ends_with('M') => (t[..t.len() - 1].to_string(), 1 << 20),
        t if t.ends_with('G') => (t[..t.len() - 1].to_string(), 1u64 << 30),
        t => (t.to_string(), 1),
    };
    let n: u64 = digits.trim().parse().map_err(|_| format!("'{text}' is no size; write 500000, 64M or 2G"))?;
    n.checked_mul(factor).ok_or_else(|| format!("'{text}' is more than there is"))
}

fn time(text: &str) -> Result<Duration, String> {
    let wrong = || format!("'{text}' is no time; write 10, 1.5s, 200ms or 2m");
    let (digits, unit) = match text {
        t if t.ends_with("ms") => (&t[..t.len() - 2], 0.001),
        t if t.ends_with('s') => (&t[..t.len() - 1], 1.0),
        t if t.ends_with('m') => (&t[..t.len() - 1], 60.0),
        t => (t, 1.0),
    };
    let n: f64 = digits.trim().parse().map_err(|_| wrong())?;
    Duration::try_from_secs_f64(n * unit).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_read_as_people_write_them() {
        assert_eq!(size("64M"), Ok(64 << 20));
        assert_eq!(size("2kb"), Ok(2048));
        assert!(size("much").is_err());
        assert_eq!(time("200ms"), Ok(Duration::from_millis(200)));
        assert_eq!(time("1.5"), Ok(Duration::from_millis(1500)));
        assert!(time("-3").is_err());
    }
}
