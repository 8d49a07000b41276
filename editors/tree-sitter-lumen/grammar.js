/**
 * Tree-sitter grammar of Lumen programs: `.lm` files and the `lumen` fences of Markdown documents.
 *
 * The external scanner (`src/scanner.c`) says where lines end a statement, and where the deeper lines of a match arm
 * begin and end; everything else is here. Levels of operators are those of the compiler's parser.
 */

const P = {
  pipe: 1, or: 2, and: 3, not: 4, compare: 5, coalesce: 6, range: 7, concat: 8, bit_or: 9, bit_xor: 10, bit_and: 11,
  shift: 12, add: 13, mul: 14, as: 15, prefix: 16, pow: 17, postfix: 18,
};

const commaSep = (rule) => optional(commaSep1(rule));
const commaSep1 = (rule) => seq(rule, repeat(seq(",", rule)), optional(","));

module.exports = grammar({
  name: "lumen",

  externals: ($) => [$._newline, $._indent, $._dedent, $._handle, $._with_clauses, $._error_sentinel],
  extras: ($) => [/\s/, $.comment, $.doc_block],
  word: ($) => $.identifier,
  supertypes: ($) => [$._expression, $._statement, $._type],
  conflicts: ($) => [
    [$.cell, $.method_signature],
    [$.set, $.map],
  ],

  rules: {
    source_file: ($) => repeat(choice($._item_line, seq($._statement, $._newline))),

    _item_line: ($) =>
      seq(
        choice($.directive, $.record, $.enum, $.type_alias, $.const, $.import, $.trait, $.impl, $.effect, $.handler,
          $.tool, $.grant, $.bind, $.attributed_cell),
        $._newline,
      ),
    directive: ($) => seq("@", choice("strict", "doc_mode", "deterministic"), $.boolean),
    attribute: ($) => prec.right(seq("@", $.identifier, optional($.arguments))),
    _modifiers: ($) => choice(seq(repeat1($.attribute), optional("pub")), "pub"),
    attributed_cell: ($) => choice(seq($._modifiers, $.cell), seq(optional($._modifiers), "extern", "cell", $._signature)),

    // Declarations

    cell: ($) => seq("cell", $._signature, choice(seq("=", field("body", $._expression)), seq($._newline, optional($._block), "end"))),
    method_signature: ($) => seq("cell", $._signature),
    _signature: ($) =>
      seq(
        field("name", $.identifier),
        optional($.type_parameters),
        $.parameters,
        optional(seq("->", optional("yield"), field("return", $._type))),
        optional($.row),
      ),
    type_parameters: ($) => seq("[", commaSep(seq($.type_identifier, optional($._bounds))), "]"),
    _bounds: ($) => seq(":", $._trait, repeat(seq("+", $._trait))),
    _trait: ($) => prec.right(seq($.type_identifier, optional(seq("[", commaSep1($._type), "]")))),
    parameters: ($) => seq("(", commaSep($.parameter), ")"),
    parameter: ($) =>
      seq(
        optional("..."),
        field("name", $.identifier),
        optional(seq(":", field("type", $._type))),
        optional(seq("=", field("default", $._expression))),
      ),
    row: ($) => seq("/", "{", commaSep(seq(choice($.identifier, $.type_identifier), optional($._type_arguments))), "}"),
    record: ($) =>
      seq(
        optional($._modifiers), "record", field("name", $.type_identifier), optional($.type_parameters), $._newline,
        repeat(seq($.field_declaration, $._newline)), "end",
      ),
    field_declaration: ($) =>
      seq(
        field("name", $.identifier), ":", field("type", $._type),
        optional(seq("=", $._expression)), optional(seq("where", $._expression)),
      ),
    enum: ($) =>
      seq(
        optional($._modifiers), "enum", field("name", choice($.type_identifier, $.identifier)), optional($.type_parameters), $._newline,
        repeat(seq(choice($.variant, $.cell), $._newline)), "end",
      ),
    variant: ($) =>
      seq(
        field("name", choice($.type_identifier, alias(choice("ok", "err"), $.constructor))),
        optional(seq("(", commaSep1(seq(optional(seq($.identifier, ":")), $._type)), ")")),
        optional(seq(":", $._type)),
      ),
    trait: ($) =>
      seq(
        optional($._modifiers), "trait", field("name", $.type_identifier), optional($.type_parameters), optional($._bounds), $._newline,
        repeat(seq(choice($.cell, $.method_signature), $._newline)), "end",
      ),
    impl: ($) =>
      seq(
        "impl", optional($.type_parameters), field("trait", $.type_identifier), optional(seq("[", commaSep1($._type), "]")), "for", field("type", $._type), $._newline,
        repeat(seq($.cell, $._newline)), "end",
      ),
    effect: ($) =>
      seq(
        optional($._modifiers), "effect", field("name", $.type_identifier), optional($.type_parameters), $._newline,
        repeat(seq($.operation, $._newline)), "end",
      ),
    operation: ($) => seq(optional("multi"), $.method_signature),
    handler: ($) =>
      seq(
        optional($._modifiers), "handler", field("name", $.type_identifier), optional($.type_parameters), optional($.parameters), $._newline,
        repeat($.handler_clause), "end",
      ),
    handler_clause: ($) =>
      seq(
        choice(field("operation", sep1(choice($.identifier, seq($.type_identifier, optional($._type_arguments))), ".")), "return"),
        $.lambda_parameters, "=>", $._arm_body,
      ),
    type_alias: ($) =>
      seq(
        optional($._modifiers), "type", field("name", $.type_identifier), optional($.type_parameters), "=", $._type,
        optional(seq("where", $._expression)),
      ),
    const: ($) =>
      seq(
        optional($._modifiers), "const", field("name", choice($.type_identifier, $.identifier)),
        optional(seq(":", $._type)), "=", $._expression,
      ),
    import: ($) =>
      seq(
        "import", sep1($.identifier, "."),
        optional(choice(seq("as", $.identifier), seq(":", choice("*", sep1($.import_name, ","))))),
        optional(seq("with", "grants", sep1($._authority, ","))),
      ),
    _authority: ($) => choice($.identifier, $.type_identifier),
    tool: ($) =>
      seq(
        "use", "tool", sep1($.identifier, "."), "as", field("name", $.type_identifier),
        optional(seq($.parameters, optional(seq("->", field("return", $._type))))),
      ),
    bind: ($) => seq("bind", "effect", $.identifier, "to", $.type_identifier),
    grant: ($) =>
      seq(
        "grant", field("subject", $._authority), repeat($.constraint),
        optional(seq($._indent, repeat1(seq(repeat1($.constraint), $._newline)), $._dedent)),
      ),
    constraint: ($) =>
      seq(field("key", $.identifier), commaSep(choice($.integer, $.float, $.string, $.boolean))),
    import_name: ($) =>
      seq(choice($.identifier, $.type_identifier), optional(seq("as", choice($.identifier, $.type_identifier)))),

    // Statements

    _block: ($) => repeat1(seq($._statement, $._newline)),
    _statement: ($) =>
      choice($.let, $.assignment, $.defer, $.assert, $.emit, $.cell, $._expression),
    let: ($) =>
      prec.right(
        seq(
          "let", optional("mut"), field("pattern", $._plain_pattern), optional(seq(":", $._type)), "=",
          field("value", $._expression), optional($.let_else),
        ),
      ),
    let_else: ($) => prec.right(seq("else", choice(seq($._newline, $._block, "end"), $._statement))),
    assignment: ($) =>
      prec.right(
        1,
        seq(
          field("target", $._expression),
          choice("=", "+=", "-=", "*=", "**=", "/=", "//=", "%=", "++=", "<<=", ">>=", "&=", "^=", "|="),
          field("value", $._expression),
        ),
      ),
    defer: ($) => seq("defer", $._newline, optional($._block), "end"),
    assert: ($) => prec.right(seq("assert", $._expression, optional(seq(",", $._expression)))),
    emit: ($) => prec.right(seq("emit", $._expression)),

    // Expressions

    _expression: ($) =>
      choice(
        $.identifier, $.type_identifier, alias(choice("ok", "err"), $.constructor), $.integer, $.float, $.boolean, $.null,
        $.string, $.raw_string, $.bytes, $.parenthesized, $.tuple, $.list, $.set, $.map, $.comprehension, $.lambda, $.call,
        $.member, $.index, $.update, $.propagate, $.unwrap, $.unary, $.binary, $.range, $.cast, $.test, $.if_block,
        $.if_line, $.match, $.when, $.do, $.loop, $.return, $.break, $.continue, $.yield,
        $.comptime, $.assert_matches, $.handle, $.with, $.perform,
      ),

    call: ($) => prec(P.postfix, seq(field("function", $._expression), $.arguments)),
    arguments: ($) => seq("(", commaSep($._argument), ")"),
    _argument: ($) => choice($.named_argument, $.spread, $._expression),
    named_argument: ($) => seq(field("name", $.identifier), ":", optional($._expression)),
    spread: ($) => seq("...", $._expression),
    member: ($) =>
      prec(P.postfix, seq($._expression, choice(".", "?."), field("name", choice($.identifier, $.type_identifier, $.integer)))),
    index: ($) =>
      prec(
        P.postfix,
        seq($._expression, choice("[", "?["), choice(commaSep1(choice($._expression, $.any_type)), $.open_range), "]"),
      ),
    open_range: ($) =>
      prec.left(P.range, choice(seq($._expression, ".."), seq(choice("..", "..="), $._expression))),
    update: ($) => prec(P.postfix, seq($._expression, "with", $.arguments)),
    propagate: ($) => prec(P.postfix, seq($._expression, "?")),
    unwrap: ($) => prec(P.postfix, seq($._expression, "!")),
    unary: ($) =>
      choice(prec(P.prefix, seq(choice("-", "~", "try"), $._expression)), prec(P.not, seq("not", $._expression))),
    binary: ($) => {
      const left = [
        [P.pipe, choice("|>", "~>")], [P.or, "or"], [P.and, "and"],
        [P.compare, choice("==", "!=", "<", "<=", ">", ">=", "in")], [P.coalesce, "??"], [P.concat, "++"],
        [P.bit_or, "|"], [P.bit_xor, "^"], [P.bit_and, "&"], [P.shift, choice("<<", ">>")],
        [P.add, choice("+", "-")], [P.mul, choice("*", "/", "//", "%")],
      ].map(([level, operator]) =>
        prec.left(level, seq($._expression, field("operator", operator), $._expression)));
      return choice(...left, prec.right(P.pow, seq($._expression, field("operator", "**"), $._expression)));
    },
    range: ($) =>
      prec.left(P.range, seq($._expression, choice("..", "..="), $._expression, optional(seq("step", $._expression)))),
    cast: ($) => prec.left(P.as, seq($._expression, "as", $._single_type)),
    test: ($) => prec.left(P.compare, seq($._expression, "is", $._single_type)),

    parenthesized: ($) => seq("(", $._expression, ")"),
    tuple: ($) => seq("(", $._expression, ",", commaSep1($._expression), ")"),
    list: ($) => seq("[", commaSep(choice($._expression, $.spread)), "]"),
    set: ($) => seq("{", commaSep1(choice($._expression, $.spread)), "}"),
    map: ($) => seq("{", commaSep(choice($.pair, $.spread)), "}"),
    pair: ($) => seq(field("key", $._expression), ":", field("value", $._expression)),
    comprehension: ($) =>
      choice(
        seq("[", $._expression, $._clauses, "]"),
        seq("{", choice($._expression, $.pair), $._clauses, "}"),
      ),
    _clauses: ($) => seq($.for_clause, repeat(choice($.for_clause, $.if_clause))),
    for_clause: ($) => seq("for", $._plain_pattern, "in", $._expression),
    if_clause: ($) => seq("if", $._expression),
    lambda: ($) =>
      prec.right(
        seq(
          "fn", $.lambda_parameters, optional(seq("->", $._type)), optional($.row),
          choice(seq("=>", field("body", $._statement)), seq($._newline, optional($._block), "end")),
        ),
      ),
    lambda_parameters: ($) => seq("(", commaSep(seq($._plain_pattern, optional(seq(":", $._type)))), ")"),

    // Control

    _condition: ($) => choice($._expression, seq("let", $._pattern, "=", $._expression)),
    if_block: ($) =>
      seq(
        "if", $._condition, $._newline, optional($._block),
        repeat(seq("else", "if", $._condition, $._newline, optional($._block))),
        optional(seq("else", $._newline, optional($._block))),
        "end",
      ),
    if_line: ($) =>
      prec.right(seq("if", $._condition, "then", $._statement, optional(seq("else", $._statement)))),
    match: ($) => seq("match", field("value", $._expression), $._newline, repeat($.match_arm), "end"),
    match_arm: ($) => seq($._pattern, optional(seq("if", field("guard", $._expression))), "->", $._arm_body),
    when: ($) => seq("when", $._newline, repeat($.when_arm), "end"),
    when_arm: ($) => seq(choice("_", $._expression), "->", $._arm_body),
    _arm_body: ($) =>
      choice(seq($._statement, $._newline), seq($._indent, repeat1(seq($._statement, $._newline)), $._dedent)),
    do: ($) => seq("do", optional($._newline), $._block, "end"),
    loop: ($) =>
      seq(
        choice(
          seq("loop", optional($.label)),
          seq("while", optional($.label), $._condition),
          seq("for", optional($.label), $._plain_pattern, "in", $._expression, optional(seq("if", $._expression))),
        ),
        $._newline, optional($._block), "end",
      ),
    label: ($) => seq("@", $.identifier),
    return: ($) => prec.right(seq("return", optional($._expression))),
    break: ($) => prec.right(seq("break", optional($.label), optional($._expression))),
    continue: ($) => prec.right(seq("continue", optional($.label))),
    yield: ($) => prec.right(seq("yield", optional($._expression))),
    comptime: ($) =>
      choice(
        seq("comptime", $._newline, optional($._block), "end"),
        prec.right(P.prefix, seq("comptime", $._expression)),
      ),
    handle: ($) =>
      seq(
        alias($._handle, "handle"), choice(seq($._newline, optional($._block)), field("body", $._expression)),
        alias($._with_clauses, "with"), $._newline,
        repeat($.handler_clause), "end",
      ),
    with: ($) => seq("with", field("handler", $._expression), "do", $._newline, optional($._block), "end"),
    perform: ($) => prec.right(P.prefix, seq("perform", $._expression)),
    assert_matches: ($) =>
      seq(
        "assert_matches", "(", $._expression, ",", $._pattern, optional(seq("if", field("guard", $._expression))),
        optional(seq(",", $._expression)), optional(","), ")",
      ),

    // Patterns

    _pattern: ($) => choice($.or_pattern, $._alternative),
    or_pattern: ($) => prec.left(seq($._alternative, repeat1(seq("|", $._alternative)))),
    _alternative: ($) => choice($._single_pattern, $.typed_pattern),
    // Where a colon does not belong to the pattern.
    _plain_pattern: ($) => choice($._single_pattern, alias($._plain_or, $.or_pattern)),
    _plain_or: ($) => prec.left(seq($._single_pattern, repeat1(seq("|", $._single_pattern)))),
    _single_pattern: ($) =>
      choice(
        $.wildcard, $.binding, $.at_pattern, $.constructor_pattern, $.tuple_pattern, $.list_pattern, $.range_pattern,
        $._literal_pattern,
      ),
    wildcard: (_) => "_",
    binding: ($) => $.identifier,
    at_pattern: ($) => seq($.identifier, "@", $._single_pattern),
    typed_pattern: ($) => prec(1, seq(choice($.identifier, $.wildcard), ":", $._single_type)),
    constructor_pattern: ($) =>
      prec.right(
        seq(
          choice(
            alias(choice("ok", "err"), $.constructor),
            seq(repeat(seq(choice($.identifier, $.type_identifier), ".")), $.type_identifier),
          ),
          optional(seq("(", commaSep(choice($.field_pattern, $._plain_pattern, "..")), ")")),
        ),
      ),
    field_pattern: ($) => prec(2, seq($.identifier, ":", optional($._pattern))),
    tuple_pattern: ($) => seq("(", commaSep1($._pattern), ")"),
    list_pattern: ($) => seq("[", commaSep(choice($._pattern, $.rest_pattern)), "]"),
    rest_pattern: ($) => seq("...", optional(choice($.identifier, $.wildcard))),
    range_pattern: ($) =>
      choice(
        seq($._literal_pattern, choice("..", "..="), $._literal_pattern),
        seq(choice("..", "..="), $._literal_pattern),
        seq($._literal_pattern, ".."),
      ),
    _literal_pattern: ($) =>
      choice(
        seq(optional("-"), choice($.integer, $.float)), $.string, $.raw_string, $.bytes, $.boolean, $.null,
      ),

    // Types

    _type: ($) => choice($.union_type, $._single_type),
    union_type: ($) => prec.right(1, seq($._single_type, repeat1(seq("|", $._single_type)))),
    _single_type: ($) => choice($.named_type, $.any_type, $.optional_type, $.tuple_type, $.function_type),
    named_type: ($) =>
      prec.right(
        seq(
          optional(seq(field("module", $.identifier), ".")),
          field("name", choice($.type_identifier, $.identifier)),
          optional(seq("[", commaSep1($._type), "]")),
        ),
      ),
    _type_arguments: ($) => seq("[", commaSep1($._type), "]"),
    any_type: ($) => prec.right(seq("any", $._trait, repeat(seq("+", $._trait)))),
    optional_type: ($) => prec(P.postfix, seq($._single_type, "?")),
    tuple_type: ($) => seq("(", commaSep1($._type), ")"),
    function_type: ($) => prec.right(seq("fn", "(", commaSep($._type), ")", "->", $._type, optional($.row))),

    // Tokens

    string: ($) =>
      choice(
        seq(
          '"',
          repeat(choice(alias(token.immediate(prec(2, /[^"\\{\n]+/)), $.string_text), $.escape, $.empty_hole, $.interpolation)),
          token.immediate('"'),
        ),
        seq(
          '"""',
          repeat(
            choice(
              alias(token.immediate(prec(2, /[^"\\{]+/)), $.string_text),
              alias(token.immediate(prec(1, /""?/)), $.string_text),
              $.escape, $.empty_hole, $.interpolation,
            ),
          ),
          token.immediate(prec(3, '"""')),
        ),
      ),
    escape: (_) => token.immediate(prec(2, /\\(u\{[0-9a-fA-F]*\}|x[0-9a-fA-F]{2}|[^\n])/)),
    empty_hole: (_) => token.immediate(prec(2, "{}")),
    interpolation: ($) =>
      seq(alias(token.immediate("{"), "{"), $._expression, optional($.format_spec), "}"),
    format_spec: (_) => token(prec(1, /:[^}"\n]+/)),
    raw_string: (_) => token(choice(/r"[^"\n]*"/, seq('r"""', /([^"]|"[^"]|""[^"])*/, '"""'))),
    bytes: (_) => /b"[0-9a-fA-F_ ]*"/,
    integer: (_) => /0x[0-9a-fA-F_]+|0b[01_]+|0o[0-7_]+|[0-9][0-9_]*/,
    float: (_) => /[0-9][0-9_]*(\.[0-9][0-9_]*([eE][+-]?[0-9_]+)?|[eE][+-]?[0-9_]+)/,
    boolean: (_) => choice("true", "false"),
    null: (_) => "null",
    identifier: (_) => /_*[\p{Ll}\p{Lo}][\p{L}\p{N}_]*/,
    type_identifier: (_) => /_*\p{Lu}[\p{L}\p{N}_]*/,
    comment: (_) => token(/#[^\n]*/),
    doc_block: (_) => token(/```[^\n]*\n([^`]|`[^`]|``[^`])*```/),
  },
});

function sep1(rule, separator) {
  return seq(rule, repeat(seq(separator, rule)));
}
