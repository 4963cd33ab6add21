//! Clocks, and the calendar of a moment in a time zone.
//!
//! A moment is an integer of microseconds since 1970 in UTC. What only calculates needs no capability; what asks the clock does.

use std::sync::OnceLock;
use std::time::Instant;

use aura_heap::{Kind, Value};
use jiff::civil::DateTime;
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};

use super::{Answer, integer, kind, small, text, vector};
use crate::caps::Capability;
use crate::fail::Fail;
use crate::prim::Prim;
use crate::vm::Vm;

pub(super) const PRIMS: &[Prim] = &[
    Prim::leaf("_TimeMicroseconds", 0, |vm, _| {
        vm.require(Capability::Clock, "")?;
        static START: OnceLock<Instant> = OnceLock::new();
        // One at the start, so that nobody divides by a clock that stands at zero.
        integer(vm, START.get_or_init(Instant::now).elapsed().as_micros() as i128 + 1)
    }),
    Prim::leaf("_TimeNow", 0, |vm, _| {
        vm.require(Capability::Clock, "")?;
        integer(vm, Timestamp::now().as_microsecond().into())
    }),
    Prim::leaf("_TimeFields:", 1, fields),
    Prim::leaf("_TimeFromFields:", 1, from_fields),
    Prim::leaf("_TimeAdd:Zone:", 2, add),
    Prim::leaf("_TimeFormat:Zone:", 2, format),
    Prim::leaf("_TimePrint:", 1, print),
    Prim::leaf("_TimeParse:", 1, parse),
    Prim::leaf("_TimeParse:Format:", 2, parse_format),
];

fn bad(e: &jiff::Error) -> Fail {
    Fail::with("badTypeError", e.to_string())
}

fn zone(vm: &Vm, v: Value) -> Result<TimeZone, Fail> {
    match text(vm, v)? {
        "UTC" => Ok(TimeZone::UTC),
        name => TimeZone::get(name).map_err(|_| Fail::with("badTypeError", format!("there is no time zone '{name}'"))),
    }
}

fn zoned(vm: &Vm, moment: Value, in_zone: Value) -> Result<Zoned, Fail> {
    let t = Timestamp::from_microsecond(small(moment)?).map_err(|e| bad(&e))?;
    Ok(t.to_zoned(zone(vm, in_zone)?))
}

fn moment(vm: &mut Vm, z: &Zoned) -> Answer {
    integer(vm, z.timestamp().as_microsecond().into())
}

/// Year, month, day, hour, minute, second, microsecond, weekday from Monday, day of the year, offset in seconds.
fn fields(vm: &mut Vm, a: &[Value]) -> Answer {
    let z = zoned(vm, a[0], a[1])?;
    let all = [
        z.year().into(),
        z.month().into(),
        z.day().into(),
        z.hour().into(),
        z.minute().into(),
        z.second().into(),
        i64::from(z.subsec_nanosecond() / 1000),
        z.weekday().to_monday_one_offset().into(),
        z.day_of_year().into(),
        z.offset().seconds().into(),
    ];
    let values: Vec<Value> = all.into_iter().map(Value::int).collect();
    vector(vm, &values)
}

fn integers(vm: &Vm, v: Value, n: usize) -> Result<Vec<i64>, Fail> {
    let v = kind(vm, v, Kind::Vector)?;
    let all = vm.heap.elements(v);
    if all.len() == n { all.iter().map(|e| small(*e)).collect() } else { Err(Fail::bad_size()) }
}

/// The moment of year, month, day, hour, minute and second in a zone.
fn from_fields(vm: &mut Vm, a: &[Value]) -> Answer {
    let f = integers(vm, a[0], 6)?;
    let narrow = |i: usize| i8::try_from(f[i]).map_err(|_| Fail::with("badTypeError", format!("{} is too large", f[i])));
    let year = i16::try_from(f[0]).map_err(|_| Fail::with("badTypeError", format!("the year {} is too far away", f[0])))?;
    let d = DateTime::new(year, narrow(1)?, narrow(2)?, narrow(3)?, narrow(4)?, narrow(5)?, 0).map_err(|e| bad(&e))?;
    let z = d.to_zoned(zone(vm, a[1])?).map_err(|e| bad(&e))?;
    moment(vm, &z)
}

/// The receiver's years, months and days after a moment in a zone.
fn add(vm: &mut Vm, a: &[Value]) -> Answer {
    let f = integers(vm, a[0], 3)?;
    let span =
        Span::new().try_years(f[0]).and_then(|s| s.try_months(f[1])).and_then(|s| s.try_days(f[2])).map_err(|e| bad(&e))?;
    let z = zoned(vm, a[1], a[2])?.checked_add(span).map_err(|e| bad(&e))?;
    moment(vm, &z)
}

fn format(vm: &mut Vm, a: &[Value]) -> Answer {
    let z = zoned(vm, a[0], a[2])?;
    vm.charge(text(vm, a[1])?.len() as u64 / 16);
    let s = strtime::format(text(vm, a[1])?, &z).map_err(|e| bad(&e))?;
    vm.string(&s)
}

/// ISO 8601 with the zone's offset; `Z` for UTC itself.
fn print(vm: &mut Vm, a: &[Value]) -> Answer {
    let z = zoned(vm, a[0], a[1])?;
    let s = if text(vm, a[1])? == "UTC" {
        z.timestamp().to_string()
    } else {
        z.timestamp().display_with_offset(z.offset()).to_string()
    };
    vm.string(&s)
}

/// ISO 8601, as much of it as is there: an offset or `Z`, or else the zone; a time of day, or else midnight.
fn parse(vm: &mut Vm, a: &[Value]) -> Answer {
    vm.charge(text(vm, a[0])?.len() as u64 / 64);
    let s = text(vm, a[0])?.trim();
    if let Ok(t) = s.parse::<Timestamp>() {
        return integer(vm, t.as_microsecond().into());
    }
    let d: DateTime = s.parse().map_err(|e| bad(&e))?;
    let z = d.to_zoned(zone(vm, a[1])?).map_err(|e| bad(&e))?;
    moment(vm, &z)
}

fn parse_format(vm: &mut Vm, a: &[Value]) -> Answer {
    vm.charge((text(vm, a[0])?.len() + text(vm, a[2])?.len()) as u64 / 64);
    let b = BrokenDownTime::parse(text(vm, a[2])?, text(vm, a[0])?).map_err(|e| bad(&e))?;
    if b.offset().is_some()
        && let Ok(t) = b.to_timestamp()
    {
        return integer(vm, t.as_microsecond().into());
    }
    let date = b.to_date().map_err(|e| bad(&e))?;
    let time = b.to_time().unwrap_or_else(|_| jiff::civil::Time::midnight());
    let z = date.to_datetime(time).to_zoned(zone(vm, a[1])?).map_err(|e| bad(&e))?;
    moment(vm, &z)
}
