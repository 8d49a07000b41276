//! THE instruction table, as a macro that hands every row to a callback macro.
//!
//! A row is `/// meaning` `Name = "mnemonic" [operands] flags;`. Operand notation: `def(A, I64)` writes an owned or scalar
//! register, `stat` one that needs no counting, `bor(A, W, B)` a borrow with its root in B, `uni(A, W, B)` a mutable loan,
//! `get` reads, `loan` reads a mutable loan, `take` consumes, `io` consumes and produces again, `win*` is a run of registers.
//! Numbers of opcodes follow the order of the rows; the binary form carries a hash of the table, so rows may be moved.

/// Calls `$callback!` with every row of the instruction table.
#[macro_export]
macro_rules! with_opcodes {
    ($callback:ident) => {
        $callback! {
            /// Does nothing.
            Nop = "nop" [] PURE;

            /// Copies a scalar.
            Mov = "mov" [def(A, Scalar), get(B, Scalar)] PURE;
            /// Moves a counted value; the source is dead afterwards.
            Move = "move" [def(A, Counted), take(B, Counted)] PURE;
            /// Borrows a counted value without counting it.
            Borrow = "borrow" [bor(A, Counted, B), get(B, Counted)] PURE;
            /// Counts up a value known to be a heap pointer and copies it.
            Dup = "dup" [def(A, AnyRef), get(B, AnyRef)] PURE;
            /// Counts up a reference that may be null or an immediate variant, and copies it.
            DupM = "dup.m" [def(A, AnyRef), get(B, AnyRef)] PURE;
            /// Counts up a dynamic value and copies it.
            DupD = "dup.d" [def(A, Dyn), get(B, Dyn)] PURE;
            /// Counts down a value known to be a heap pointer; frees it at zero.
            Drop = "drop" [take(A, AnyRef)] NONE;
            /// Counts down a reference that may be null or an immediate variant.
            DropM = "drop.m" [take(A, AnyRef)] NONE;
            /// Counts down a dynamic value.
            DropD = "drop.d" [take(A, Dyn)] NONE;

            /// Loads a 32-bit integer.
            LdI = "ldi" [def(A, I64), imm(BC)] PURE;
            /// Loads an integer constant.
            LdK = "ldk" [def(A, I64), k_int(BC)] PURE;
            /// Loads a float constant.
            LdF = "ldf" [def(A, F64), k_float(BC)] PURE;
            /// Loads a truth value.
            LdB = "ldb" [def(A, Bool), flag(B)] PURE;
            /// Loads the dynamic null.
            LdNull = "ldnull" [stat(A, Dyn)] PURE;
            /// Loads the null of a nullable reference.
            LdNil = "ldnil" [stat(A, AnyRef)] PURE;
            /// Loads a variant without payload of an enum that has payloads.
            LdTag = "ldtag" [stat(A, AnyRef), ordinal(B)] PURE;
            /// Loads a string constant (immortal).
            LdStr = "ldstr" [stat(A, AnyRef), k_str(BC)] PURE;
            /// Loads a bytes constant (immortal).
            LdBytes = "ldbytes" [stat(A, AnyRef), k_bytes(BC)] PURE;
            /// Loads the empty list, map or set of this class (immortal).
            LdEmpty = "ldempty" [stat(A, AnyRef), class(BC)] PURE;
            /// Reads a global; fails when it is not set yet.
            LdG = "ldg" [stat(A, Any), global(BC)] FAIL;
            /// Sets a global for good and makes what it refers to immortal.
            StG = "stg" [take(A, Any), global(BC)] NONE;

            /// Integer sum; fails on overflow.
            Add = "add" [def(A, I64), get(B, I64), get(C, I64)] FAIL.or(PURE);
            /// Integer difference; fails on overflow.
            Sub = "sub" [def(A, I64), get(B, I64), get(C, I64)] FAIL.or(PURE);
            /// Integer product; fails on overflow.
            Mul = "mul" [def(A, I64), get(B, I64), get(C, I64)] FAIL.or(PURE);
            /// Integer quotient, truncated; fails on zero and overflow.
            Div = "div" [def(A, I64), get(B, I64), get(C, I64)] FAIL.or(PURE);
            /// Integer quotient, floored; fails on zero and overflow.
            DivF = "divf" [def(A, I64), get(B, I64), get(C, I64)] FAIL.or(PURE);
            /// Integer remainder with the sign of the divisor; fails on zero.
            Mod = "mod" [def(A, I64), get(B, I64), get(C, I64)] FAIL.or(PURE);
            /// Integer power; fails on overflow and on a negative exponent.
            Pow = "pow" [def(A, I64), get(B, I64), get(C, I64)] FAIL.or(PURE);
            /// Integer negation; fails on overflow.
            Neg = "neg" [def(A, I64), get(B, I64)] FAIL.or(PURE);
            /// Absolute value; fails on overflow.
            Abs = "abs" [def(A, I64), get(B, I64)] FAIL.or(PURE);
            /// Adds a signed immediate; fails on overflow.
            AddI = "addi" [def(A, I64), get(B, I64), imm(C)] FAIL.or(PURE);
            /// Multiplies by a signed immediate; fails on overflow.
            MulI = "muli" [def(A, I64), get(B, I64), imm(C)] FAIL.or(PURE);
            /// Truncated quotient by an immediate that is neither 0 nor -1.
            DivI = "divi" [def(A, I64), get(B, I64), imm(C)] PURE;
            /// Floored quotient by an immediate that is neither 0 nor -1.
            DivFI = "divfi" [def(A, I64), get(B, I64), imm(C)] PURE;
            /// Remainder by an immediate that is neither 0 nor -1, with the sign of the divisor.
            ModI = "modi" [def(A, I64), get(B, I64), imm(C)] PURE;
            /// Sum modulo 2^64.
            WAdd = "wadd" [def(A, I64), get(B, I64), get(C, I64)] PURE;
            /// Difference modulo 2^64.
            WSub = "wsub" [def(A, I64), get(B, I64), get(C, I64)] PURE;
            /// Product modulo 2^64.
            WMul = "wmul" [def(A, I64), get(B, I64), get(C, I64)] PURE;
            /// Smaller integer.
            Min = "min" [def(A, I64), get(B, I64), get(C, I64)] PURE;
            /// Larger integer.
            Max = "max" [def(A, I64), get(B, I64), get(C, I64)] PURE;
            /// Bitwise and.
            BAnd = "band" [def(A, I64), get(B, I64), get(C, I64)] PURE;
            /// Bitwise or.
            BOr = "bor" [def(A, I64), get(B, I64), get(C, I64)] PURE;
            /// Bitwise exclusive or.
            BXor = "bxor" [def(A, I64), get(B, I64), get(C, I64)] PURE;
            /// Bitwise complement.
            BNot = "bnot" [def(A, I64), get(B, I64)] PURE;
            /// Shift left, dropping high bits; fails outside 0..=63.
            Shl = "shl" [def(A, I64), get(B, I64), get(C, I64)] FAIL.or(PURE);
            /// Arithmetic shift right; fails outside 0..=63.
            Shr = "shr" [def(A, I64), get(B, I64), get(C, I64)] FAIL.or(PURE);
            /// Bitwise and with a signed immediate.
            BAndI = "bandi" [def(A, I64), get(B, I64), imm(C)] PURE;
            /// Shift left by an immediate in 0..=63.
            ShlI = "shli" [def(A, I64), get(B, I64), count(C)] PURE;
            /// Arithmetic shift right by an immediate in 0..=63.
            ShrI = "shri" [def(A, I64), get(B, I64), count(C)] PURE;

            /// Float sum.
            FAdd = "fadd" [def(A, F64), get(B, F64), get(C, F64)] PURE;
            /// Float difference.
            FSub = "fsub" [def(A, F64), get(B, F64), get(C, F64)] PURE;
            /// Float product.
            FMul = "fmul" [def(A, F64), get(B, F64), get(C, F64)] PURE;
            /// Float quotient (IEEE).
            FDiv = "fdiv" [def(A, F64), get(B, F64), get(C, F64)] PURE;
            /// Floor of the float quotient.
            FDivF = "fdivf" [def(A, F64), get(B, F64), get(C, F64)] PURE;
            /// Float remainder with the sign of the divisor.
            FMod = "fmod" [def(A, F64), get(B, F64), get(C, F64)] PURE;
            /// Float power.
            FPow = "fpow" [def(A, F64), get(B, F64), get(C, F64)] PURE;
            /// `a = a + b * c` in two roundings.
            FMac = "fmac" [io(A, F64), get(B, F64), get(C, F64)] PURE;
            /// `a = a - b * c` in two roundings.
            FMsc = "fmsc" [io(A, F64), get(B, F64), get(C, F64)] PURE;
            /// Float negation.
            FNeg = "fneg" [def(A, F64), get(B, F64)] PURE;
            /// Float absolute value.
            FAbs = "fabs" [def(A, F64), get(B, F64)] PURE;
            /// Square root.
            FSqrt = "fsqrt" [def(A, F64), get(B, F64)] PURE;
            /// Integer to float, rounded to nearest.
            I2F = "i2f" [def(A, F64), get(B, I64)] PURE;
            /// Float to integer, truncated; fails outside 64 bits and on NaN.
            F2I = "f2i.trunc" [def(A, I64), get(B, F64)] FAIL.or(PURE);
            /// Float to integer, downwards; fails outside 64 bits and on NaN.
            F2IFloor = "f2i.floor" [def(A, I64), get(B, F64)] FAIL.or(PURE);
            /// Float to integer, upwards; fails outside 64 bits and on NaN.
            F2ICeil = "f2i.ceil" [def(A, I64), get(B, F64)] FAIL.or(PURE);
            /// Float to integer, half to even; fails outside 64 bits and on NaN.
            F2IRound = "f2i.round" [def(A, I64), get(B, F64)] FAIL.or(PURE);

            /// Integer `b == c`.
            CEq = "ceq" [def(A, Bool), get(B, I64), get(C, I64)] PURE;
            /// Integer `b != c`.
            CNe = "cne" [def(A, Bool), get(B, I64), get(C, I64)] PURE;
            /// Integer `b < c`.
            CLt = "clt" [def(A, Bool), get(B, I64), get(C, I64)] PURE;
            /// Integer `b <= c`.
            CLe = "cle" [def(A, Bool), get(B, I64), get(C, I64)] PURE;
            /// Integer `b ==` immediate.
            CEqI = "ceqi" [def(A, Bool), get(B, I64), imm(C)] PURE;
            /// Integer `b !=` immediate.
            CNeI = "cnei" [def(A, Bool), get(B, I64), imm(C)] PURE;
            /// Integer `b <` immediate.
            CLtI = "clti" [def(A, Bool), get(B, I64), imm(C)] PURE;
            /// Integer `b >=` immediate.
            CGeI = "cgei" [def(A, Bool), get(B, I64), imm(C)] PURE;
            /// Float `b == c` (IEEE).
            CFEq = "cfeq" [def(A, Bool), get(B, F64), get(C, F64)] PURE;
            /// Float `b != c` (IEEE).
            CFNe = "cfne" [def(A, Bool), get(B, F64), get(C, F64)] PURE;
            /// Float `b < c`.
            CFLt = "cflt" [def(A, Bool), get(B, F64), get(C, F64)] PURE;
            /// Float `b <= c`.
            CFLe = "cfle" [def(A, Bool), get(B, F64), get(C, F64)] PURE;
            /// Truth values are equal.
            CBEq = "cbeq" [def(A, Bool), get(B, Bool), get(C, Bool)] PURE;
            /// Truth values differ.
            CBNe = "cbne" [def(A, Bool), get(B, Bool), get(C, Bool)] PURE;
            /// Logical negation.
            Not = "not" [def(A, Bool), get(B, Bool)] PURE;
            /// Whether a nullable reference is null.
            IsNil = "isnil" [def(A, Bool), get(B, AnyRef)] PURE;
            /// Whether a dynamic value is null.
            IsNull = "isnull" [def(A, Bool), get(B, Dyn)] PURE;

            /// Jumps forward.
            Jmp = "jmp" [off(BC)] BRANCH.or(TERM);
            /// Jumps when true.
            JT = "jt" [get(A, Bool), off(BC)] BRANCH;
            /// Jumps when false.
            JF = "jf" [get(A, Bool), off(BC)] BRANCH;
            /// Jumps when `a == b`.
            JEq = "jeq" [get(A, I64), get(B, I64), off(C)] BRANCH;
            /// Jumps when `a != b`.
            JNe = "jne" [get(A, I64), get(B, I64), off(C)] BRANCH;
            /// Jumps when `a < b`.
            JLt = "jlt" [get(A, I64), get(B, I64), off(C)] BRANCH;
            /// Jumps when `a <= b`.
            JLe = "jle" [get(A, I64), get(B, I64), off(C)] BRANCH;
            /// Jumps when `a ==` immediate.
            JEqI = "jeqi" [get(A, I64), imm(B), off(C)] BRANCH;
            /// Jumps when `a !=` immediate.
            JNeI = "jnei" [get(A, I64), imm(B), off(C)] BRANCH;
            /// Jumps when `a <` immediate.
            JLtI = "jlti" [get(A, I64), imm(B), off(C)] BRANCH;
            /// Jumps when `a >=` immediate.
            JGeI = "jgei" [get(A, I64), imm(B), off(C)] BRANCH;
            /// Jumps when floats are equal (IEEE).
            JFEq = "jfeq" [get(A, F64), get(B, F64), off(C)] BRANCH;
            /// Jumps when floats are not equal (IEEE).
            JFNe = "jfne" [get(A, F64), get(B, F64), off(C)] BRANCH;
            /// Jumps when `a < b` as floats.
            JFLt = "jflt" [get(A, F64), get(B, F64), off(C)] BRANCH;
            /// Jumps when `a <= b` as floats.
            JFLe = "jfle" [get(A, F64), get(B, F64), off(C)] BRANCH;
            /// Jumps unless `a < b` as floats (also on NaN).
            JNFLt = "jnflt" [get(A, F64), get(B, F64), off(C)] BRANCH;
            /// Jumps unless `a <= b` as floats (also on NaN).
            JNFLe = "jnfle" [get(A, F64), get(B, F64), off(C)] BRANCH;
            /// Jumps when a nullable reference is null; on that edge it needs no drop.
            JNil = "jnil" [get(A, AnyRef), off(BC)] BRANCH;
            /// Jumps when a nullable reference is not null.
            JNNil = "jnnil" [get(A, AnyRef), off(BC)] BRANCH;
            /// Jumps when a dynamic value is null; on that edge it needs no drop.
            JNull = "jnull" [get(A, Dyn), off(BC)] BRANCH;
            /// Jumps when a dynamic value is not null.
            JNNull = "jnnull" [get(A, Dyn), off(BC)] BRANCH;
            /// Jumps when an enum value is this variant without payload; on that edge it needs no drop.
            JTag = "jtag" [get(A, Enum), ordinal(B), off(C)] BRANCH;
            /// Jumps unless an enum value is this variant without payload.
            JNTag = "jntag" [get(A, Enum), ordinal(B), off(C)] BRANCH;
            /// Jumps when an enum value is this variant with payload; its fields are readable on that edge.
            JVar = "jvar" [get(A, Enum), variant(B), off(C)] BRANCH;
            /// Jumps unless an enum value is this variant with payload.
            JNVar = "jnvar" [get(A, Enum), variant(B), off(C)] BRANCH;
            /// Jumps when strings are equal.
            JStrEq = "jstreq" [get(A, Str), get(B, Str), off(C)] BRANCH;
            /// Jumps when strings differ.
            JStrNe = "jstrne" [get(A, Str), get(B, Str), off(C)] BRANCH;
            /// Jumps through a table by an integer.
            Switch = "switch" [get(A, I64), table(BC)] BRANCH.or(TERM);
            /// Jumps through a table by the variant of an enum value.
            SwitchTag = "switch.tag" [get(A, Enum), table(BC)] BRANCH.or(TERM);

            /// Jumps back; a safepoint.
            Loop = "loop" [off(BC)] BRANCH.or(TERM).or(BACK);
            /// Jumps back when true; a safepoint.
            LoopT = "loop.t" [get(A, Bool), off(BC)] BRANCH.or(BACK);
            /// Jumps back when false; a safepoint.
            LoopF = "loop.f" [get(A, Bool), off(BC)] BRANCH.or(BACK);
            /// Jumps back when `a == b`; a safepoint.
            LoopEq = "loop.eq" [get(A, I64), get(B, I64), off(C)] BRANCH.or(BACK);
            /// Jumps back when `a != b`; a safepoint.
            LoopNe = "loop.ne" [get(A, I64), get(B, I64), off(C)] BRANCH.or(BACK);
            /// Jumps back when `a < b`; a safepoint.
            LoopLt = "loop.lt" [get(A, I64), get(B, I64), off(C)] BRANCH.or(BACK);
            /// Jumps back when `a <= b`; a safepoint.
            LoopLe = "loop.le" [get(A, I64), get(B, I64), off(C)] BRANCH.or(BACK);
            /// Jumps back when `a ==` immediate; a safepoint.
            LoopEqI = "loop.eqi" [get(A, I64), imm(B), off(C)] BRANCH.or(BACK);
            /// Jumps back when `a !=` immediate; a safepoint.
            LoopNeI = "loop.nei" [get(A, I64), imm(B), off(C)] BRANCH.or(BACK);
            /// Jumps back when `a <` immediate; a safepoint.
            LoopLtI = "loop.lti" [get(A, I64), imm(B), off(C)] BRANCH.or(BACK);
            /// Jumps back when `a >=` immediate; a safepoint.
            LoopGeI = "loop.gei" [get(A, I64), imm(B), off(C)] BRANCH.or(BACK);
            /// `a += 1`, then jumps back when `a < b`; wraps; a safepoint.
            ForLt = "for.lt" [io(A, I64), get(B, I64), off(C)] BRANCH.or(BACK);
            /// When `a < b`: `a += 1` and jumps back; a safepoint.
            ForLe = "for.le" [io(A, I64), get(B, I64), off(C)] BRANCH.or(BACK);
            /// `a += step` (leaves the loop on overflow), then jumps back when `a < b`; a safepoint.
            ForUp = "for.up" [io(A, I64), get(B, I64), get(E0, I64), off(C)] BRANCH.or(BACK).or(EXT);
            /// `a += step` (leaves the loop on overflow), then jumps back when `a <= b`; a safepoint.
            ForUpE = "for.upe" [io(A, I64), get(B, I64), get(E0, I64), off(C)] BRANCH.or(BACK).or(EXT);
            /// `a += step` (leaves the loop on overflow), then jumps back when `a > b`; a safepoint.
            ForDown = "for.down" [io(A, I64), get(B, I64), get(E0, I64), off(C)] BRANCH.or(BACK).or(EXT);
            /// `a += step` (leaves the loop on overflow), then jumps back when `a >= b`; a safepoint.
            ForDownE = "for.downe" [io(A, I64), get(B, I64), get(E0, I64), off(C)] BRANCH.or(BACK).or(EXT);
            /// `a += 1`, then jumps back when `a <` the length of list `b`; wraps; a safepoint.
            ForLen = "for.len" [io(A, I64), get(B, List), off(C)] BRANCH.or(BACK);
            /// Moves cursor `a` to the next entry of map or set `b` (start at -1) and jumps back when there is one; a safepoint.
            ForMap = "for.map" [io(A, I64), get(B, Table), off(C)] BRANCH.or(BACK);
            /// Moves byte cursor `a` to the next character of string `b` (start at -1) and jumps back when there is one; a safepoint.
            ForStr = "for.str" [io(A, I64), get(B, Str), off(C)] BRANCH.or(BACK);

            /// An empty list of this class.
            ListNew = "list.new" [def(A, AnyRef), class(BC)] ALLOC.or(PURE);
            /// An empty list of this class with room for `b` elements (negative: none).
            ListCap = "list.cap" [def(A, AnyRef), get(B, I64), class(X0)] ALLOC.or(PURE).or(EXT);
            /// A list of the `c` values from register `b` on.
            ListLit = "list.lit" [def(A, AnyRef), win_take(B), count(C), class(X0)] ALLOC.or(PURE).or(EXT);
            /// Number of elements.
            ListLen = "list.len" [def(A, I64), get(B, List)] PURE;
            /// Element: eight-byte scalar; fails out of range.
            ListGet = "list.get" [def(A, Word), get(B, ListW), get(C, I64)] FAIL.or(PURE);
            /// Element at an immediate index: eight-byte scalar; fails out of range.
            ListGetI = "list.geti" [def(A, Word), get(B, ListW), count(C)] FAIL.or(PURE);
            /// Element: truth value; fails out of range.
            ListGetB = "list.getb" [def(A, Bool), get(B, ListB), get(C, I64)] FAIL.or(PURE);
            /// Element: borrowed; fails out of range.
            ListGetR = "list.getr" [bor(A, Counted, B), get(B, ListR), get(C, I64)] FAIL.or(PURE);
            /// Element: counted up; fails out of range.
            ListGetD = "list.getd" [def(A, Counted), get(B, ListR), get(C, I64)] FAIL.or(PURE);
            /// Element of an element: `b[c][e0]`, an eight-byte scalar; fails out of range.
            ListGet2 = "list.get2" [def(A, Word), get(B, ListR), get(C, I64), get(E0, I64)] FAIL.or(PURE).or(EXT);
            /// Scalar field of an element: `b[c].e1`; fails out of range.
            ListFld = "list.fld" [def(A, Scalar), get(B, ListF), get(C, I64), field(E1)] FAIL.or(PURE).or(EXT);
            /// `a[b] = c`, eight-byte scalar; copies when shared; fails out of range.
            ListSet = "list.set" [io(A, ListW), get(B, I64), get(C, Word)] FAIL.or(ALLOC);
            /// `a[b] = c`, truth value; copies when shared; fails out of range.
            ListSetB = "list.setb" [io(A, ListB), get(B, I64), get(C, Bool)] FAIL.or(ALLOC);
            /// `a[b] = c`, counted; drops the old element; copies when shared; fails out of range.
            ListSetR = "list.setr" [io(A, ListR), get(B, I64), take(C, Counted)] FAIL.or(ALLOC);
            /// `a[b][c] = e0`, eight-byte scalar; both lists become unique; fails out of range.
            ListSet2 = "list.set2" [io(A, ListR), get(B, I64), get(C, I64), get(E0, Word)] FAIL.or(ALLOC).or(EXT);
            /// `a[b].e1 = c`, scalar field; list and element become unique; fails out of range.
            ListFldSet = "list.fldset" [io(A, ListF), get(B, I64), field(E1), get(C, Scalar)] FAIL.or(ALLOC).or(EXT);
            /// Appends an eight-byte scalar; in place when unique.
            ListPush = "list.push" [io(A, ListW), get(B, Word)] ALLOC;
            /// Appends a truth value; in place when unique.
            ListPushB = "list.pushb" [io(A, ListB), get(B, Bool)] ALLOC;
            /// Appends a counted value; in place when unique.
            ListPushR = "list.pushr" [io(A, ListR), take(B, Counted)] ALLOC;

            /// Makes the value in `b` unique (copies when shared) and lends it mutably.
            Uniq = "uniq" [uni(A, AnyRef, B), io(B, AnyRef)] ALLOC;
            /// Makes element `c` of the lent list unique in place and lends it; fails out of range.
            ListElemU = "list.elemu" [uni(A, AnyRef, B), loan(B, ListR), get(C, I64)] FAIL.or(ALLOC);
            /// Stores an eight-byte scalar into the lent list; fails out of range.
            ListPut = "list.put" [loan(A, ListW), get(B, I64), get(C, Word)] FAIL;
            /// Stores a truth value into the lent list; fails out of range.
            ListPutB = "list.putb" [loan(A, ListB), get(B, I64), get(C, Bool)] FAIL;
            /// Stores a counted value into the lent list and drops the old one; fails out of range.
            ListPutR = "list.putr" [loan(A, ListR), get(B, I64), take(C, Counted)] FAIL;
            /// Exchanges element `b` of the lent list with register `c`; fails out of range.
            ListSwap = "list.swap" [loan(A, ListR), get(B, I64), io(C, Counted)] FAIL;
            /// Makes field `c` of the lent object unique in place and lends it.
            FldU = "fldu" [uni(A, AnyRef, B), loan(B, Flat), field(C)] ALLOC;
            /// Stores a scalar into field `b` of the lent object.
            FldPut = "fld.put" [loan(A, Flat), field(B), get(C, Scalar)] NONE;
            /// Stores a counted value into field `b` of the lent object and drops the old one.
            FldPutR = "fld.putr" [loan(A, Flat), field(B), take(C, Counted)] NONE;
            /// Exchanges field `b` of the lent object with register `c`.
            FldSwap = "fld.swap" [loan(A, Flat), field(B), io(C, Counted)] NONE;
            /// Makes the value under key `c` of the lent map unique in place and lends it; fails when there is none.
            MapElemU = "map.elemu" [uni(A, AnyRef, B), loan(B, Map), get(C, Any)] FAIL.or(ALLOC);
            /// Stores a value under key `b` into the lent map; key and value are consumed.
            MapPutU = "map.putu" [loan(A, Map), take(B, Any), take(C, Any)] ALLOC;

            /// Exchanges the value under key `b` of the lent map with register `c`; fails when there is none.
            MapSwap = "map.swap" [loan(A, Map), get(B, Any), io(C, Counted)] FAIL;

            /// A flat object of class `c` from the registers from `b` on, which it consumes.
            New = "new" [def(A, AnyRef), win_take(B), class(C)] ALLOC.or(PURE);
            /// Like `new`, for any class id.
            NewW = "neww" [def(A, AnyRef), win_take(B), class(X0)] ALLOC.or(PURE).or(EXT);
            /// Scalar field.
            Fld = "fld" [def(A, Scalar), get(B, Flat), field(C)] PURE;
            /// Counted field, borrowed.
            FldR = "fldr" [bor(A, Counted, B), get(B, Flat), field(C)] PURE;
            /// Counted field, counted up.
            FldD = "fldd" [def(A, Counted), get(B, Flat), field(C)] PURE;
            /// Stores a scalar field; copies when shared.
            FldSet = "fld.set" [io(A, Flat), field(B), get(C, Scalar)] ALLOC;
            /// Stores a counted field and drops the old one; copies when shared.
            FldSetR = "fld.setr" [io(A, Flat), field(B), take(C, Counted)] ALLOC;
            /// Consumes a flat object and moves its `c` fields to the registers from `a` on; frees it when unique.
            Unpack = "unpack" [win_def(A), take(B, Flat), count(C)] NONE;
            /// Consumes flat object `b` and makes one of class `x0` from the registers from `c` on, in its memory when unique.
            NewReuse = "new.reuse" [def(A, AnyRef), take(B, Flat), win_take(C), class(X0)] ALLOC.or(EXT);
            /// Ordinal of an enum value.
            Tag = "tag" [def(A, I64), get(B, Enum), enum_base(C)] PURE;

            /// Number of characters.
            StrLen = "str.len" [def(A, I64), get(B, Str)] PURE;
            /// Character at an index as a string; fails out of range.
            StrAt = "str.at" [def(A, AnyRef), get(B, Str), get(C, I64)] FAIL.or(ALLOC).or(PURE);
            /// Character at a byte cursor of `for.str` as a string; fails when there is none.
            StrChar = "str.char" [def(A, AnyRef), get(B, Str), get(C, I64)] FAIL.or(ALLOC).or(PURE);
            /// Two strings joined.
            StrAdd = "str.add" [def(A, AnyRef), get(B, Str), get(C, Str)] ALLOC.or(PURE);
            /// The `c` strings from register `b` on, joined.
            StrCat = "str.cat" [def(A, AnyRef), win_get(B), count(C)] ALLOC.or(PURE);
            /// Appends a string; in place when unique and there is room.
            StrApp = "str.app" [io(A, Str), get(B, Str)] ALLOC;
            /// Strings are equal.
            StrEq = "str.eq" [def(A, Bool), get(B, Str), get(C, Str)] PURE;
            /// Order of strings: -1, 0 or 1.
            StrCmp = "str.cmp" [def(A, I64), get(B, Str), get(C, Str)] PURE;
            /// Fills a template with the values from register `b` on.
            Interp = "interp" [def(A, AnyRef), win_get(B), template(C)] ALLOC.or(PURE);
            /// Number of bytes.
            BytesLen = "bytes.len" [def(A, I64), get(B, Bytes)] PURE;
            /// Byte at an index; fails out of range.
            BytesGet = "bytes.get" [def(A, I64), get(B, Bytes), get(C, I64)] FAIL.or(PURE);

            /// Structural equality of two values of type `x0`.
            Eq = "eq" [def(A, Bool), get(B, Any), get(C, Any), ty(X0)] PURE.or(EXT);
            /// Structural order of two values of type `x0`: -1, 0 or 1.
            Cmp = "cmp" [def(A, I64), get(B, Any), get(C, Any), ty(X0)] PURE.or(EXT);

            /// An empty map of this class.
            MapNew = "map.new" [def(A, AnyRef), class(BC)] ALLOC.or(PURE);
            /// An empty set of this class.
            SetNew = "set.new" [def(A, AnyRef), class(BC)] ALLOC.or(PURE);
            /// Number of entries of a map or set.
            TableLen = "table.len" [def(A, I64), get(B, Table)] PURE;
            /// Whether a map or set has this key.
            TableHas = "table.has" [def(A, Bool), get(B, Table), get(C, Any)] PURE;
            /// Scalar under a key: `a` is whether it is there, `a+1` the value.
            MapGet = "map.get" [win_def(A), get(B, Map), get(C, Any)] PURE;
            /// Counted value under a key, borrowed; null when it is not there.
            MapGetR = "map.getr" [bor(A, Counted, B), get(B, Map), get(C, Any)] PURE;
            /// Scalar under a key, or the default `e0`.
            MapGetOr = "map.getor" [def(A, Scalar), get(B, Map), get(C, Any), get(E0, Scalar)] PURE.or(EXT);
            /// `a[b] = c`: inserts or replaces; key and value are consumed; copies when shared.
            MapPut = "map.put" [io(A, Map), take(B, Any), take(C, Any)] ALLOC;
            /// Adds an element, which is consumed; copies when shared.
            SetAdd = "set.add" [io(A, Set), take(B, Any)] ALLOC;
            /// Scalar key at a cursor of `for.map`; fails when there is none.
            TableKey = "table.key" [def(A, Scalar), get(B, Table), get(C, I64)] FAIL.or(PURE);
            /// Counted key at a cursor of `for.map`, borrowed; fails when there is none.
            TableKeyR = "table.keyr" [bor(A, Counted, B), get(B, Table), get(C, I64)] FAIL.or(PURE);
            /// Scalar value at a cursor of `for.map`; fails when there is none.
            TableVal = "table.val" [def(A, Scalar), get(B, Map), get(C, I64)] FAIL.or(PURE);
            /// Counted value at a cursor of `for.map`, borrowed; fails when there is none.
            TableValR = "table.valr" [bor(A, Counted, B), get(B, Map), get(C, I64)] FAIL.or(PURE);

            /// Int to dynamic value.
            DynI = "dyn.i" [def(A, Dyn), get(B, I64)] ALLOC.or(PURE);
            /// Float to dynamic value.
            DynF = "dyn.f" [stat(A, Dyn), get(B, F64)] PURE;
            /// Bool to dynamic value.
            DynB = "dyn.b" [stat(A, Dyn), get(B, Bool)] PURE;
            /// Value known to be a heap pointer to dynamic value; consumed.
            DynR = "dyn.r" [def(A, Dyn), take(B, AnyRef)] PURE;
            /// Value of type `x0` (of one register) to dynamic value; consumed.
            DynBox = "dyn.box" [def(A, Dyn), take(B, Any), ty(X0)] ALLOC.or(PURE).or(EXT);
            /// Dynamic value to Int; fails when it is not one.
            DynToI = "dyn.toi" [def(A, I64), get(B, Dyn)] FAIL.or(PURE);
            /// Dynamic value to Float; fails when it is not one.
            DynToF = "dyn.tof" [def(A, F64), get(B, Dyn)] FAIL.or(PURE);
            /// Dynamic value to Bool; fails when it is not one.
            DynToB = "dyn.tob" [def(A, Bool), get(B, Dyn)] FAIL.or(PURE);
            /// Dynamic value to a payload-less enum of class `x0`; fails when it is not one.
            DynToE = "dyn.toe" [def(A, I64), get(B, Dyn), class(X0)] FAIL.or(PURE).or(EXT);
            /// Dynamic value to a reference of class `x0`, borrowed; null when null and `a` is nullable; else fails when it is not one.
            DynToR = "dyn.tor" [bor(A, AnyRef, B), get(B, Dyn), class(X0)] FAIL.or(PURE).or(EXT);
            /// Whether a dynamic value is of type `x0`.
            DynIs = "dyn.is" [def(A, Bool), get(B, Dyn), ty(X0)] PURE.or(EXT);
            /// Converts a dynamic value to type `x0` by its schema; two registers for an optional scalar; fails with the path.
            DynAs = "dyn.as" [win_def(A), get(B, Dyn), ty(X0)] FAIL.or(ALLOC).or(EXT);

            /// Calls host function `c` with the values of a `list[Any]`; gives what it returned, not checked yet.
            Host = "host" [def(A, Dyn), get(B, List), host(C)] FAIL.or(ALLOC);

            /// First instruction of a cell: makes room for its registers; a safepoint.
            Enter = "enter" [count(A)] FAIL.or(SUSPEND);
            /// Calls a cell: arguments from `b + 2` on, results to `a` and `a + 1`.
            Call = "call" [win_def(A), win_take(B), cell(C)] FAIL.or(CALL).or(SUSPEND);
            /// Like `call`, for any cell index.
            CallW = "callw" [win_def(A), win_take(B), cell(X0)] FAIL.or(CALL).or(SUSPEND).or(EXT);
            /// Calls a function value: it goes to `b + 2`, arguments from `b + 3` on.
            CallC = "callc" [win_def(A), win_take(B), get(C, Fn)] FAIL.or(CALL).or(SUSPEND);
            /// Calls a function value and gives a result of enum class `x0`; failures become its `err`.
            CallTry = "callc.try" [def(A, AnyRef), win_take(B), get(C, Fn), class(X0)] FAIL.or(CALL).or(SUSPEND).or(EXT);
            /// Like `callc.try` of a function of one Int, the milliseconds that it may take: only running out of them becomes `err`.
            CallTimed = "callc.timed" [def(A, AnyRef), win_take(B), get(C, Fn), class(X0)] FAIL.or(CALL).or(SUSPEND).or(EXT);
            /// A run of stream `b`, which it consumes: nothing of it has run yet.
            GenNew = "gen.new" [def(A, Run), take(B, Stream)] FAIL.or(ALLOC);
            /// Runs to the next element, which goes to `a` (and `a + 1`), and jumps back; goes on when there is none; a safepoint.
            GenNext = "gen.next" [win_def(A), get(B, Run), off(C)]
                FAIL.or(CALL).or(SUSPEND).or(BRANCH).or(BACK);
            /// Ends a run: what it deferred runs; nothing when it has ended by itself.
            GenEnd = "gen.end" [get(A, Run)] FAIL.or(CALL).or(SUSPEND);
            /// Frees a run.
            GenFree = "gen.free" [take(A, Run)] NONE;
            /// Gives the consumer an element; jumps when the next one is asked for, goes on when the run is ended.
            GenYield = "gen.yield" [take(A, Any), off(BC)] CALL.or(SUSPEND).or(BRANCH);
            /// The same with an element of two registers, `a` and `a + 1` (an optional scalar).
            GenYield2 = "gen.yield2" [win_get(A), off(BC)] CALL.or(SUSPEND).or(BRANCH);
            /// Runs the body in `b + 2` under handler `x0`, whose clauses stand behind it; the result goes to `a` and `a + 1`.
            Handle = "handle" [win_def(A), win_take(B), handler(X0)] FAIL.or(CALL).or(SUSPEND).or(EXT);
            /// Performs operation `c`: arguments from `b + 2` on, what it is resumed with goes to `a` and `a + 1`.
            Perform = "perform" [win_def(A), win_take(B), operation(C)] FAIL.or(CALL).or(SUSPEND);
            /// Whether a handler that is seen from here has operation `c`.
            Handles = "handles" [def(A, Bool), operation(C)] NONE;
            /// Resumes `c` with the value from `b + 2` on; what its handler gives goes to `a` and `a + 1`.
            Resume = "resume" [win_def(A), win_take(B), take(C, Resumption)] FAIL.or(CALL).or(SUSPEND);
            /// Leaves the frame and resumes `b` with the value from `a` on; what its handler gives goes to the caller.
            ResumeT = "resume.t" [win_take(A), take(B, Resumption)] FAIL.or(SUSPEND).or(TERM);
            /// Leaves the frame and calls function value `b` with arguments from `a` on; what it gives goes to the caller.
            CallT = "callc.t" [win_take(A), take(B, Fn)] FAIL.or(SUSPEND).or(TERM);
            /// Ends what resumptions hold that were dropped: what it deferred runs; a safepoint.
            Abandon = "abandon" [] FAIL.or(CALL).or(SUSPEND);
            /// Calls a runtime builtin: arguments from `b` on, results to `a` and `a + 1`.
            Rt = "rt" [win_def(A), win_take(B), rt(C)] FAIL.or(CALL);
            /// Like `rt`, with the class or type `x0` it works with.
            RtT = "rtt" [win_def(A), win_take(B), rt(C), ty(X0)] FAIL.or(CALL).or(EXT);
            /// Calls a tool with the values from register `b` on; the reply is a dynamic value.
            Tool = "tool" [def(A, Dyn), win_get(B), tool(C)] FAIL.or(ALLOC);
            /// Returns nothing.
            Ret0 = "ret0" [] TERM;
            /// Returns one value.
            Ret1 = "ret1" [take(A, Any)] TERM;
            /// Returns two registers, `a` and `a + 1` (an optional scalar).
            Ret2 = "ret2" [win_get(A)] TERM;
            /// Fails with a runtime error and a constant message.
            Fail = "fail" [code(A), k_str(BC)] FAIL.or(TERM);
            /// Fails with a runtime error and a computed message.
            FailR = "failr" [code(A), get(B, Str)] FAIL.or(TERM);
        }
    };
}

/// Short names for the operands of the table.
pub(super) mod notation {
    pub(in super::super) use crate::opcode::Slot::*;
    pub(in super::super) use crate::opcode::Want::*;
    use crate::opcode::{Flags, Kind, Operand, Role, Slot, Want};

    pub(in super::super) const NONE: Flags = Flags::NONE;
    pub(in super::super) const FAIL: Flags = Flags::FAIL;
    pub(in super::super) const ALLOC: Flags = Flags::ALLOC;
    pub(in super::super) const SUSPEND: Flags = Flags::SUSPEND;
    pub(in super::super) const PURE: Flags = Flags::PURE;
    pub(in super::super) const BRANCH: Flags = Flags::BRANCH;
    pub(in super::super) const TERM: Flags = Flags::TERM;
    pub(in super::super) const BACK: Flags = Flags::BACK;
    pub(in super::super) const CALL: Flags = Flags::CALL;
    pub(in super::super) const EXT: Flags = Flags::EXT;

    macro_rules! register_roles {
        ($($name:ident => $role:ident),+) => { $(
            pub(in super::super) const fn $name(slot: Slot, want: Want) -> Operand {
                Operand { slot, kind: Kind::Reg(Role::$role, want) }
            }
        )+ };
    }
    register_roles!(def => Def, stat => DefStatic, get => Use, loan => UseUnique, take => Take, io => InOut);

    pub(in super::super) const fn bor(slot: Slot, want: Want, root: Slot) -> Operand {
        Operand { slot, kind: Kind::Reg(Role::DefBorrow(root), want) }
    }
    pub(in super::super) const fn uni(slot: Slot, want: Want, root: Slot) -> Operand {
        Operand { slot, kind: Kind::Reg(Role::DefUnique(root), want) }
    }
    macro_rules! windows {
        ($($name:ident => $role:ident),+) => { $(
            pub(in super::super) const fn $name(slot: Slot) -> Operand {
                Operand { slot, kind: Kind::Window(Role::$role) }
            }
        )+ };
    }
    windows!(win_def => Def, win_get => Use, win_take => Take);

    macro_rules! immediates {
        ($($name:ident => $kind:ident),+) => { $(
            pub(in super::super) const fn $name(slot: Slot) -> Operand {
                Operand { slot, kind: Kind::$kind }
            }
        )+ };
    }
    immediates!(imm => Imm, count => Count, flag => Flag, off => Off, field => Field, ordinal => Ordinal,
        variant => VariantLow, enum_base => EnumBase, class => Class, ty => Type, cell => Cell, rt => Intrinsic,
        k_int => ConstInt, k_float => ConstFloat, k_str => ConstStr, k_bytes => ConstBytes, template => Template,
        table => JumpTable, global => Global, host => Host, tool => Tool, code => ErrorCode,
        operation => Operation, handler => Handler);
}
