; Highlighting of Lumen; the later pattern wins where two match.

(identifier) @variable
(type_identifier) @type
((identifier) @variable.builtin (#eq? @variable.builtin "self"))

(comment) @comment
(doc_block) @comment.documentation
(integer) @number
(float) @number.float
(boolean) @boolean
(null) @constant.builtin

(string) @string
(string_text) @string
(raw_string) @string
(bytes) @string.special
(escape) @string.escape
(empty_hole) @string
(format_spec) @string.special
(interpolation "{" @punctuation.special "}" @punctuation.special)

["cell" "fn"] @keyword.function
["record" "enum" "trait" "impl" "type" "effect" "handler"] @keyword.type
["let" "mut" "const" "extern" "pub"] @keyword
["import"] @keyword.import
["if" "then" "else" "match" "when"] @keyword.conditional
["for" "while" "loop" "break" "continue"] @keyword.repeat
["return" "yield"] @keyword.return
["comptime" "handle" "perform" "multi" "try"] @keyword
["do" "end" "defer" "assert" "emit"] @keyword
["and" "or" "not" "in" "is" "as" "with" "step" "where"] @keyword.operator
["strict" "doc_mode" "deterministic"] @attribute
(constructor) @keyword

(cell name: (identifier) @function)
(method_signature name: (identifier) @function.method)
(attributed_cell name: (identifier) @function)
(call function: (identifier) @function.call)
(call function: (member name: (identifier) @function.method.call))
(call function: (type_identifier) @constructor)
(member name: (identifier) @variable.member)
(call function: (member name: (identifier) @function.method.call))
(parameter name: (identifier) @variable.parameter)
(named_argument name: (identifier) @variable.parameter)
(field_declaration name: (identifier) @variable.member)
(field_pattern (identifier) @variable.member)
(variant name: (type_identifier) @constructor)
(constructor_pattern (type_identifier) @constructor)
(const name: (type_identifier) @constant)
(named_type name: (identifier) @type.builtin)
(attribute "@" @attribute (identifier) @attribute)
(label) @label
(wildcard) @variable.builtin
(row "/" @operator)

[
  "=" "+=" "-=" "*=" "**=" "/=" "//=" "%=" "++=" "<<=" ">>=" "&=" "^=" "|="
  "|>" "~>" "==" "!=" "<" "<=" ">" ">=" "??" "++" "|" "^" "&" "<<" ">>" "+" "-" "*" "/" "//" "%" "**" "~"
  ".." "..=" "..." "->" "=>" "?" "!"
] @operator
["(" ")" "[" "]" "{" "}" "?["] @punctuation.bracket
["," ":" "." "?."] @punctuation.delimiter
