//! What was done so far, added up over runs.

use std::collections::BTreeMap;
use std::path::PathBuf;

use aura_fuzz::ALL;
use serde::{Deserialize, Serialize};

use crate::build::folder;
use crate::round::Done;

/// What was done, by target.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Report(BTreeMap<String, Sum>);

/// What a target has done.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Sum {
    inputs: u64,
    /// Seconds of processor time.
    pub(crate) processor: f64,
    /// Of the last run, which began with the whole corpus.
    edges: u64,
    of_edges: u64,
    findings: u64,
}

impl Report {
    fn path() -> PathBuf {
        folder().join("report.json")
    }

    /// What earlier runs have left; nothing, if there were none.
    pub(crate) fn read() -> Self {
        std::fs::read(Self::path()).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    pub(crate) fn of(&self, target: &str) -> Sum {
        self.0.get(target).cloned().unwrap_or_default()
    }

    /// Adds to what the file has by now: another run may have written it since it was read.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn add(&mut self, target: &str, done: &Done) -> Result<(), String> {
        let lock = folder().join("report.lock");
        let lock =
            std::fs::File::create(&lock).and_then(|f| f.lock().map(|()| f)).map_err(|e| format!("{}: {e}", lock.display()))?;
        *self = Self::read();
        let sum = self.0.entry(target.to_string()).or_default();
        sum.inputs += done.inputs;
        sum.processor += done.processor;
        (sum.edges, sum.of_edges) = (done.edges, done.of_edges);
        sum.findings += u64::from(done.finding.is_some());
        let text = serde_json::to_vec_pretty(&self).map_err(|e| e.to_string())?;
        std::fs::write(Self::path(), text).map_err(|e| format!("{}: {e}", Self::path().display()))?;
        drop(lock);
        Ok(())
    }

    /// A table in Markdown.
    pub(crate) fn table(&self) -> String {
        let mut out = String::from(
            "| target | processor minutes | inputs | edges reached | of | findings |\n| --- | --- | --- | --- | --- | --- |\n",
        );
        for target in ALL {
            let sum = self.of(target.name);
            out += &format!(
                "| `{}` | {:.1} | {} | {} | {} | {} |\n",
                target.name,
                sum.processor / 60.0,
                sum.inputs,
                sum.edges,
                sum.of_edges,
                sum.findings
            );
        }
        out
    }
}
