//! Decay: whether what is learned gets steadily worse, over a window of the methods of a chronicle.
//!
//! Each component's series is tested for a fall (`trend`); structure, being a penalty, with its sign turned. Decay is a fall of any component that holds when
//! all are taken together. What must stay true: every method is measured beside what was there before it, so that the figures of
//! the past do not change when more is learned; a method that was rejected or reverted later is in the series, because it was learned.

use serde::Serialize;

use super::structure::Vocabulary;
use super::trend::{Trend, holm, trend};
use super::{Corpus, Vector};
use crate::chronicle::{Chronicle, What};
use crate::text::line;

/// Methods of a window, if nobody says another number.
pub const WINDOW: usize = 30;
/// The level at which a fall holds.
pub const ALPHA: f64 = 0.05;

/// One learned method with its vector.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    /// When it was learned.
    pub time: String,
    /// Which: `point manhattan`.
    pub method: String,
    /// Its entry.
    pub entry: String,
    /// The metric.
    #[serde(flatten)]
    pub vector: Vector,
    /// The method that it is nearly the same as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub already: Option<String>,
}

/// One component over the window.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Component {
    /// Which.
    pub name: &'static str,
    /// What it does; nothing if there are too few values.
    pub trend: Option<Trend>,
    /// It falls, all components taken together.
    pub falls: bool,
}

/// A component's name, the sign with which less is worse, and how to get it.
type Series = (&'static str, f64, fn(&Vector) -> Option<f64>);

/// The report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decay {
    /// The version of its form.
    pub schema: u32,
    /// Methods of a window.
    pub window: usize,
    /// The methods of the window, the oldest first.
    pub points: Vec<Point>,
    /// The components.
    pub components: Vec<Component>,
    /// What is learned gets steadily worse.
    pub decays: bool,
}

/// The vectors of all methods of a chronicle, the oldest first. `library` is what was there before the first.
pub fn points(chronicle: &Chronicle, library: Corpus) -> Vec<Point> {
    let vocabulary = Vocabulary::of(&library);
    let mut present = library;
    let mut points = Vec::new();
    for (hash, entry) in chronicle.entries() {
        let What::Learned(l) = &entry.what else { continue };
        let (vector, nearest) = Vector::of(l, &present, &vocabulary);
        let already = nearest.filter(|_| present.already(&l.source, (&l.at, &l.selector)).is_some());
        points.push(Point {
            time: entry.time.clone(),
            method: line(&l.title(), 120),
            entry: hash.into(),
            vector,
            already: already.map(|n| n.describe()),
        });
        present.add(&l.at, &l.selector, &l.source);
    }
    points
}

/// Whether the last `window` of them fall.
pub fn decay(mut points: Vec<Point>, window: usize) -> Decay {
    points.drain(..points.len().saturating_sub(window));
    let series: [Series; 4] = [
        ("diversity", 1.0, |v| v.diversity),
        ("novelty", 1.0, |v| v.novelty),
        ("structure", -1.0, |v| v.structure),
        ("relevance", 1.0, |v| v.relevance),
    ];
    let trends: Vec<(&'static str, Option<Trend>)> = series
        .iter()
        .map(|(name, sign, of)| {
            (*name, trend(&points.iter().filter_map(|p| of(&p.vector)).map(|v| sign * v).collect::<Vec<_>>()))
        })
        .collect();
    let p: Vec<f64> = trends.iter().map(|(_, t)| t.map_or(1.0, |t| t.p)).collect();
    let components: Vec<Component> =
        trends.into_iter().zip(holm(&p, ALPHA)).map(|((name, trend), falls)| Component { name, trend, falls }).collect();
    let decays = components.iter().any(|c| c.falls);
    Decay { schema: 1, window, points, components, decays }
}

impl Decay {
    /// For people.
    pub fn describe(&self) -> String {
        let mut out = String::new();
        for p in &self.points {
            let v = &p.vector;
            let figure = |x: Option<f64>, digits: usize| x.map_or("-".into(), |x| format!("{x:.digits$}"));
            out.push_str(&format!(
                "{}  diversity {}  novelty {}  structure {} bits  relevance {}  {}\n",
                line(&p.time, 30),
                figure(v.diversity, 2),
                figure(v.novelty, 2),
                figure(v.structure, 0),
                figure(v.relevance, 2),
                p.method
            ));
            if let Some(already) = &p.already {
                out.push_str(&format!("    {already}\n"));
            }
        }
        for c in &self.components {
            out.push_str(&match &c.trend {
                None => format!("{}: too few methods to say ({} at least)\n", c.name, super::trend::LEAST),
                Some(t) => {
                    let word = if c.falls { "gets steadily worse" } else { "no steady fall" };
                    format!("{}: {word} (Mann-Kendall S {}, p {:.3}; {:+.4} a method)\n", c.name, t.s, t.p, t.slope)
                }
            });
        }
        if self.decays {
            out.push_str("what is learned gets steadily worse: review it (aura alfred log, why, reject), or ask another model\n");
        }
        out
    }
}
