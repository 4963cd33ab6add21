//! The prototypes of typed programs, other than the methods that are made up.

/// What stands at the begin of each program.
pub(super) const OTHERS: &str = "\
holder = (| parent* = traits clonable. v <int | string> <- 3. put: x <int | string> ^ <self> = ( v: x ) |).
wide = (| parent* = traits clonable. v <int | string> <- 'w'. put: x <any> ^ <self> = ( v: 'any'. self ). more <int> <- 1 |).
slim = (| parent* = traits clonable. v <int> <- 3. put: x <int> ^ <self> = ( v: x ) |).
cell <cell of: E> = (|
    parent* = traits clonable.
    items <list of: E> <- list copyRemoveAll.
    copy ^ <self> = ( _Clone items: items copy ).
    put: e <E> ^ <self> = ( items add: e. self ).
    got ^ <E> = ( items last ).
    got: else <T> ^ <E | T> = ( items isEmpty ifTrue: [ else ] False: [ items last ] ).
    map: f <[E ^ T]> ^ <list of: T> = ( items collect: [|:e| f value: e ] ).
    fill: other <cell of: E> ^ <self> = ( other items do: [|:e| put: e ]. self ).
|).
gate = (| parent* = traits clonable. on ^ <int> = ( childMustImplement: 'on' ) |).
opened = (| parent* = gate. level <int> <- 3. on ^ <int> = ( level ) |).
shut = (| parent* = gate. on ^ <int> = ( 0 ). key ^ <string> = ( 'k' ) |).
switch = (|
    parent* = traits clonable.
    state* <gate> <- shut.
    toggle: open <bool> ^ <self> = ( state: (open ifTrue: [ opened copy ] False: [ shut ]). self ).
    double ^ <int> = ( on + on ).
|).
closed = (| parent* = traits clonable. v ^ <int> = ( 3 ). told ^ <string> = ( 'closed' ). take: x <int> ^ <int> = ( x ) |).
open = (| parent* = traits clonable. width <int> <- 4. v ^ <string> = ( 'o' ). told ^ <string> = ( 'open' , width printString ). take: x <int | string> ^ <int> = ( width ) |).
door = (|
    parent* = traits clonable.
    state* <closed | open> <- closed.
    push: wide <bool> ^ <self> = ( state: (wide ifTrue: [ open copy ] False: [ closed ]). self ).
    both ^ <int | string> = ( v isString ifTrue: [ state.v ] False: [ resend.v ] ).
|).
sided = (| parent* = traits clonable. doubled ^ <int> = ( side + side ). named = ( 'n' ) |).
square = (| parent* = sided. side <int> <- 2 |).
scaled = (| factor ^ <int> = ( 2 ). label ^ <string> = ( 'l' ) |).
larger: a <N: number> Than: b <N> ^ <N> = ( a > b ifTrue: [ a ] False: [ b ] ).
pick: a <A> Or: b <B> If: c <bool> ^ <A | B> = ( c ifTrue: [ a ] False: [ b ] ).
apply: f <[A ^ B]> To: a <A> ^ <B> = ( f value: a ).
touched: p <P: point> ^ <P> = ( p x: p x + 1. p ).
keep: b <[^ int]> ^ <int> = ( point action: b. b value ).
";

/// The slots of an heir of `sided`: usually those that it must have.
pub(super) const ODD: [&str; 8] = [
    "",
    "side <string> <- 's'.",
    "side ^ <int> = ( 3 ). named = ( 4 ).",
    "side ^ <int> = ( 3 ). doubled = ( 'd' ).",
    "side ^ <int> = ( 3 ). doubled ^ <int> = ( resend.doubled ).",
    "side ^ <int> = ( 3 ). named = ( 'odd' ).",
    "side <int> <- 4.",
    "side = ( 5 ).",
];

/// The slots of `point`, before its methods.
pub(super) const POINT: &str = "    parent* = traits clonable.
    x <int> <- 1.
    name <string> <- 'p'.
    next <point | nil> <- nil.
    all <list of: int> <- list copyRemoveAll.
    map <[int ^ int]> <- [|:n <int>| n + 1 ].
    action <[^ int]> <- [ 7 ].
    isDisc = ( false ).
    moved ^ <self> = ( copy x: x + 1 ).
    linked: p <point | nil> ^ <self> = ( next: p. self ).
    first: test <[int ^ bool]> Else: e <T> ^ <int | T> = ( all do: [|:i| (test value: i) ifTrue: [ ^ i ] ]. e ).
";

/// The slots of `disc`, before its methods.
pub(super) const DISC: &str = "    parent* = point.
    mixin* = scaled.
    radius <int> <- 2.
    isDisc = ( true ).
    moved ^ <self> = ( resend.moved radius: radius + 1 ).
";
