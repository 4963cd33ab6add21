//! Floats: IEEE 754 doubles, with an integer allowed on the right where that makes sense.

use aura_heap::Value;
use dashu_int::IBig;

use super::{Answer, integer::hash, small};
use crate::arith::{self, Binary, Compare};
use crate::describe::float_text;
use crate::fail::Fail;
use crate::prim::Prim;
use crate::vm::Vm;

pub(super) const PRIMS: &[Prim] = &[
    Prim::leaf("_FloatAdd:", 1, |vm, a| binary(vm, Binary::Add, a)),
    Prim::leaf("_FloatSub:", 1, |vm, a| binary(vm, Binary::Sub, a)),
    Prim::leaf("_FloatMul:", 1, |vm, a| binary(vm, Binary::Mul, a)),
    Prim::leaf("_FloatDiv:", 1, |vm, a| binary(vm, Binary::Div, a)),
    Prim::leaf("_FloatMod:", 1, |vm, a| binary(vm, Binary::Mod, a)),
    Prim::leaf("_FloatLT:", 1, |vm, a| compare(vm, Compare::Less, a)),
    Prim::leaf("_FloatLE:", 1, |vm, a| compare(vm, Compare::LessEq, a)),
    Prim::leaf("_FloatGT:", 1, |vm, a| compare(vm, Compare::Greater, a)),
    Prim::leaf("_FloatGE:", 1, |vm, a| compare(vm, Compare::GreaterEq, a)),
    Prim::leaf("_FloatEQ:", 1, |vm, a| compare(vm, Compare::Equal, a)),
    Prim::leaf("_FloatNE:", 1, |vm, a| compare(vm, Compare::NotEqual, a)),
    Prim::leaf("_FloatHash", 0, |vm, a| {
        let f = float(vm, a[0])?;
        let i = if f == f.trunc() { IBig::try_from(f).ok() } else { None };
        Ok(Value::int(i.map_or((f.to_bits() >> 4) as i64, |i| hash(&i))))
    }),
    Prim::leaf("_FloatNegate", 0, |vm, a| map(vm, a, |f| -f)),
    Prim::leaf("_FloatFloor", 0, |vm, a| map(vm, a, f64::floor)),
    Prim::leaf("_FloatCeil", 0, |vm, a| map(vm, a, f64::ceil)),
    Prim::leaf("_FloatRound", 0, |vm, a| map(vm, a, f64::round)),
    Prim::leaf("_FloatSqrt", 0, |vm, a| map(vm, a, f64::sqrt)),
    Prim::leaf("_FloatCbrt", 0, |vm, a| map(vm, a, f64::cbrt)),
    Prim::leaf("_FloatSin", 0, |vm, a| map(vm, a, f64::sin)),
    Prim::leaf("_FloatCos", 0, |vm, a| map(vm, a, f64::cos)),
    Prim::leaf("_FloatTan", 0, |vm, a| map(vm, a, f64::tan)),
    Prim::leaf("_FloatAsin", 0, |vm, a| map(vm, a, f64::asin)),
    Prim::leaf("_FloatAcos", 0, |vm, a| map(vm, a, f64::acos)),
    Prim::leaf("_FloatAtan", 0, |vm, a| map(vm, a, f64::atan)),
    Prim::leaf("_FloatExp", 0, |vm, a| map(vm, a, f64::exp)),
    Prim::leaf("_FloatLn", 0, |vm, a| map(vm, a, f64::ln)),
    Prim::leaf("_FloatLog10", 0, |vm, a| map(vm, a, f64::log10)),
    Prim::leaf("_FloatLog2", 0, |vm, a| map(vm, a, f64::log2)),
    Prim::leaf("_FloatAtan2:", 1, |vm, a| both(vm, a, f64::atan2)),
    Prim::leaf("_FloatPower:", 1, |vm, a| both(vm, a, f64::powf)),
    Prim::leaf("_FloatAsInt", 0, |vm, a| {
        let f = float(vm, a[0])?;
        let i = IBig::try_from(f.trunc());
        let i = i.map_err(|_| Fail::with("badTypeError", format!("{} stands for no integer", float_text(f))))?;
        Ok(vm.heap.integer(&i)?)
    }),
    Prim::leaf("_FloatPrintString", 0, |vm, a| {
        let f = float(vm, a[0])?;
        vm.string(&float_text(f))
    }),
    Prim::leaf("_FloatPrintStringDecimals:", 1, |vm, a| {
        let f = float(vm, a[0])?;
        let n = usize::try_from(small(a[1])?).ok().filter(|n| *n <= 1000);
        let n = n.ok_or_else(|| Fail::with("badSizeError", "the number of decimals is 0 to 1000"))?;
        vm.string(&if f.is_finite() { format!("{f:.n$}") } else { float_text(f) })
    }),
];

fn float(vm: &Vm, v: Value) -> Result<f64, Fail> {
    vm.heap.as_float(v).ok_or_else(Fail::bad_type)
}

fn map(vm: &mut Vm, a: &[Value], f: fn(f64) -> f64) -> Answer {
    let x = float(vm, a[0])?;
    Ok(vm.heap.float(f(x)))
}

fn both(vm: &mut Vm, a: &[Value], f: fn(f64, f64) -> f64) -> Answer {
    let (x, y) = (float(vm, a[0])?, float(vm, a[1])?);
    Ok(vm.heap.float(f(x, y)))
}

fn binary(vm: &mut Vm, op: Binary, a: &[Value]) -> Answer {
    float(vm, a[0])?;
    arith::binary(vm, op, a[0], a[1]).ok_or_else(Fail::bad_type)
}

fn compare(vm: &mut Vm, op: Compare, a: &[Value]) -> Answer {
    float(vm, a[0])?;
    arith::compare(vm, op, a[0], a[1]).map(|b| vm.boolean(b)).ok_or_else(Fail::bad_type)
}
