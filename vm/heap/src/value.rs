//! Values: one 64-bit word each. The only file that knows the tag bits.
//!
//! ```text
//!  i i i … i 0    small integer, 63 bits, two's complement (arithmetic works on the tagged form)
//!  p p … p 0 1    reference to a heap object: its address plus 1 (objects lie on 8-byte boundaries)
//!  d d … d 1 1    immediate double: sign rotated to the low end, exponent folded to 9 bits
//! ```
//!
//! An immediate double holds every double whose exponent is within 2^-254 … 2^256, and both zeros. The rest (tiny,
//! huge, infinities, NaN) live in boxed floats. The fold: rotate the sign bit to bit 0, subtract the exponent below the smallest, and
//! what fits 62 bits is shifted past the tag. So what lies there, rotated back, is the double divided by [`FOLD`], and zeros are zeros: one multiplication unfolds
//! all of them.
//!
//! What must stay true: equal small integers and equal immediate doubles are equal words; a double that can be immediate
//! never is boxed, so identity of immediates is equality.

/// A word of the machine: a small integer, a heap reference, or an immediate double.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Value(pub(crate) u64);

/// Largest small integer.
pub const MAX_INT: i64 = (1 << 62) - 1;
/// Smallest small integer.
pub const MIN_INT: i64 = -(1 << 62);

/// Of a double whose sign was rotated to bit 0, subtracted by the fold.
pub const EXPONENT_OFFSET: u64 = 0x300 << 53;
/// What an immediate double is multiplied by to unfold it: 2^768.
pub const FOLD: f64 = f64::from_bits((0x300 + 1023) << 52);
/// The bits of folded doubles, zeros not counted: exponents from 1.
const FOLDED: std::ops::Range<u64> = 1 << 53..1 << 62;

const _: () = assert!(std::mem::size_of::<Value>() == 8);

impl Value {
    /// The small integer 0; also what uninitialised memory is filled with.
    pub const ZERO: Value = Value(0);

    /// A small integer. In debug builds, panics outside [`MIN_INT`]`..=`[`MAX_INT`].
    #[inline(always)]
    pub fn int(i: i64) -> Value {
        debug_assert!((MIN_INT..=MAX_INT).contains(&i));
        Value((i as u64) << 1)
    }
    /// A small integer if it fits.
    #[inline(always)]
    pub fn try_int(i: i64) -> Option<Value> {
        if (MIN_INT..=MAX_INT).contains(&i) { Some(Value((i as u64) << 1)) } else { None }
    }
    /// Whether it is a small integer.
    #[inline(always)]
    pub fn is_int(self) -> bool {
        self.0 & 1 == 0
    }
    /// The small integer it is; meaningless for others.
    #[inline(always)]
    pub fn int_unchecked(self) -> i64 {
        (self.0 as i64) >> 1
    }
    /// The small integer it is.
    #[inline(always)]
    pub fn as_int(self) -> Option<i64> {
        if self.is_int() { Some(self.int_unchecked()) } else { None }
    }
    /// Whether it refers to a heap object.
    #[inline(always)]
    pub fn is_ref(self) -> bool {
        self.0 & 3 == 1
    }
    /// Whether it is an immediate double.
    #[inline(always)]
    pub fn is_immediate_float(self) -> bool {
        self.0 & 3 == 3
    }
    /// An immediate double, if this one can be.
    #[inline(always)]
    pub fn immediate_float(f: f64) -> Option<Value> {
        let r = f.to_bits().rotate_left(1);
        let folded = r.wrapping_sub(EXPONENT_OFFSET);
        if FOLDED.contains(&folded) {
            Some(Value((folded << 2) | 3))
        } else if r <= 1 {
            Some(Value((r << 2) | 3))
        } else {
            None
        }
    }
    /// The double of an immediate; meaningless for others.
    #[inline(always)]
    pub fn immediate_float_unchecked(self) -> f64 {
        let folded = self.0 >> 2;
        if folded <= 1 {
            // A branch, not a select: it is foreseen, and so not on the way from one operation to the next.
            return zero(folded);
        }
        f64::from_bits(folded.wrapping_add(EXPONENT_OFFSET).rotate_right(1))
    }
    /// The word itself, for hashing and for compiled code.
    #[inline(always)]
    pub fn bits(self) -> u64 {
        self.0
    }
    /// Both are small integers (one test of the tag bits).
    #[inline(always)]
    pub fn both_ints(self, other: Value) -> bool {
        (self.0 | other.0) & 1 == 0
    }
    /// Sum of two small integers, if small.
    #[inline(always)]
    pub fn add_ints(self, other: Value) -> Option<Value> {
        (self.0 as i64).checked_add(other.0 as i64).map(|s| Value(s as u64))
    }
    /// Difference of two small integers, if small.
    #[inline(always)]
    pub fn sub_ints(self, other: Value) -> Option<Value> {
        (self.0 as i64).checked_sub(other.0 as i64).map(|s| Value(s as u64))
    }
    /// Product of two small integers, if small.
    #[inline(always)]
    pub fn mul_ints(self, other: Value) -> Option<Value> {
        (self.0 as i64).checked_mul(other.0 as i64 >> 1).map(|s| Value(s as u64))
    }
    /// Order of two small integers is the order of their words.
    #[inline(always)]
    pub fn raw_signed(self) -> i64 {
        self.0 as i64
    }
    #[inline(always)]
    pub(crate) fn from_ptr(p: *mut u64) -> Value {
        Value(p as u64 + 1)
    }
    #[inline(always)]
    pub(crate) fn ptr(self) -> *mut u64 {
        debug_assert!(self.is_ref());
        (self.0 - 1) as *mut u64
    }
}

#[cold]
fn zero(sign: u64) -> f64 {
    f64::from_bits(sign << 63)
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 & 3 {
            0 | 2 => write!(f, "{}", self.int_unchecked()),
            1 => write!(f, "@{:x}", self.0 - 1),
            _ => write!(f, "{:?}", self.immediate_float_unchecked()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_survive_the_fold() {
        for f in [
            0.0,
            -0.0,
            1.0,
            -1.5,
            1e77,
            -1e-76,
            std::f64::consts::PI,
            2f64.powi(-254),
            2f64.powi(256),
            2f64.powi(257).next_down(),
            5e-324,
        ] {
            if let Some(v) = Value::immediate_float(f) {
                assert_eq!(v.immediate_float_unchecked().to_bits(), f.to_bits(), "{f}");
                assert!(v.is_immediate_float());
                let folded = f64::from_bits((v.bits() >> 2).rotate_right(1));
                assert_eq!((folded * FOLD).to_bits(), f.to_bits(), "{f}");
            } else {
                assert!(f.abs() < 1e-70 || f.abs() > 1e70, "{f} ought to be immediate");
            }
        }
        for f in [
            f64::NAN,
            f64::INFINITY,
            f64::MAX,
            2f64.powi(-255),
            -(2f64.powi(-255)),
            2f64.powi(-254).next_down(),
            2f64.powi(257),
            2f64.powi(300),
        ] {
            assert!(Value::immediate_float(f).is_none(), "{f}");
        }
    }

    #[test]
    fn arithmetic_on_tagged_integers_overflows_exactly_at_63_bits() {
        let max = Value::int(MAX_INT);
        assert_eq!(max.add_ints(Value::int(1)), None);
        assert_eq!(Value::int(MIN_INT).sub_ints(Value::int(1)), None);
        assert_eq!(Value::int(1 << 31).mul_ints(Value::int(1 << 31)), None);
        assert_eq!(Value::int(-7).mul_ints(Value::int(6)), Some(Value::int(-42)));
        assert_eq!(max.add_ints(Value::int(-1)), Some(Value::int(MAX_INT - 1)));
    }
}
