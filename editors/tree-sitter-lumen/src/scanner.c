// The scanner of what depends on lines: where a line ends a statement, and where the deeper lines of an arm begin and end.
//
// Its tokens are empty, except `handle` where it is no name, and the `with` at the end of a line that its clauses stand
// below. A line goes on when the next one begins with an operator that can begin a line, as the
// compiler's parser has it. State: the columns of the open arm bodies.

#include "tree_sitter/alloc.h"
#include "tree_sitter/parser.h"

enum Token { NEWLINE, INDENT, DEDENT, HANDLE, WITH_CLAUSES, ERROR_SENTINEL };

#define DEPTH_MAX 500

typedef struct {
  uint16_t n;
  uint16_t columns[DEPTH_MAX];
} Scanner;

void *tree_sitter_lumen_external_scanner_create(void) {
  return ts_calloc(1, sizeof(Scanner));
}

void tree_sitter_lumen_external_scanner_destroy(void *payload) {
  ts_free(payload);
}

unsigned tree_sitter_lumen_external_scanner_serialize(void *payload, char *buffer) {
  Scanner *scanner = payload;
  unsigned size = 0;
  for (uint16_t i = 0; i < scanner->n && size + 2 <= TREE_SITTER_SERIALIZATION_BUFFER_SIZE; i++) {
    buffer[size++] = (char)(scanner->columns[i] & 0xff);
    buffer[size++] = (char)(scanner->columns[i] >> 8);
  }
  return size;
}

void tree_sitter_lumen_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  Scanner *scanner = payload;
  scanner->n = 0;
  for (unsigned i = 0; i + 1 < length && scanner->n < DEPTH_MAX; i += 2) {
    scanner->columns[scanner->n++] = (uint16_t)((uint8_t)buffer[i] | (uint8_t)buffer[i + 1] << 8);
  }
}

static bool is_word(int32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c > 127;
}

// Reads a word of at most seven letters; gives its length.
static unsigned read_word(TSLexer *lexer, char *word) {
  unsigned n = 0;
  while (is_word(lexer->lookahead)) {
    if (n < 7) word[n] = (char)lexer->lookahead;
    n++;
    lexer->advance(lexer, false);
  }
  word[n < 7 ? n : 7] = 0;
  return n;
}

static bool is(const char *word, const char *other) {
  while (*word && *word == *other) {
    word++;
    other++;
  }
  return *word == *other;
}

// Whether nothing but a comment follows on the line.
static bool ends_line(TSLexer *lexer) {
  while (lexer->lookahead == ' ' || lexer->lookahead == '\t' || lexer->lookahead == '\r') lexer->advance(lexer, false);
  return lexer->lookahead == '\n' || lexer->lookahead == '#' || lexer->eof(lexer);
}

// Behind the word `handle`: whether an expression or the end of the line follows, so that it is no name.
static bool handles(TSLexer *lexer) {
  int32_t next = lexer->lookahead;
  if (next != ' ' && next != '\n' && next != '\r') return false;
  if (ends_line(lexer)) return true;
  next = lexer->lookahead;
  return is_word(next) || next == '(' || next == '[' || next == '{' || next == '"';
}

// Whether the line that begins here goes on with the one before.
static bool goes_on(TSLexer *lexer) {
  int32_t first = lexer->lookahead;
  if (is_word(first)) {
    char word[8];
    read_word(lexer, word);
    return is(word, "and") || is(word, "or") || is(word, "in") || is(word, "is") || is(word, "as");
  }
  lexer->advance(lexer, false);
  int32_t second = lexer->lookahead;
  switch (first) {
    case '.': return second != '.';
    case '?': return second == '.' || second == '?' || second == '[';
    case '|':
    case '~':
    case '+':
    case '*':
    case '/':
    case '^':
    case '&': return first != '~' || second == '>';
    case '=':
    case '!': return second == '=';
    case '<':
    case '>': return second != first;
    default: return false;
  }
}

bool tree_sitter_lumen_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  Scanner *scanner = payload;
  if (valid[ERROR_SENTINEL]) return false;
  lexer->mark_end(lexer);
  bool at_line_end = false;
  uint32_t column = 0;
  for (;;) {
    int32_t c = lexer->lookahead;
    if (c == '\n') {
      at_line_end = true;
      column = 0;
    } else if (c == ' ' || c == '\t') {
      column++;
    } else if (c == '#') {
      while (lexer->lookahead != '\n' && !lexer->eof(lexer)) lexer->advance(lexer, false);
      continue;
    } else if (c != '\r') {
      break;
    }
    lexer->advance(lexer, false);
  }
  bool at_end = lexer->eof(lexer);
  // Behind a `grant` the next line may be deeper, or the next declaration.
  bool is_deeper = !valid[NEWLINE] || column > 0;
  if (valid[INDENT] && at_line_end && !at_end && is_deeper) {
    if (scanner->n >= DEPTH_MAX) return false;
    scanner->columns[scanner->n++] = (uint16_t)column;
    lexer->result_symbol = INDENT;
    return true;
  }
  bool is_left = scanner->n > 0 && column < scanner->columns[scanner->n - 1];
  if (valid[DEDENT] && scanner->n > 0 && (at_end || (at_line_end && is_left))) {
    scanner->n--;
    lexer->result_symbol = DEDENT;
    return true;
  }
  char word[8] = {0};
  if (!(valid[NEWLINE] && at_line_end) && (valid[HANDLE] || valid[WITH_CLAUSES]) && is_word(lexer->lookahead)) {
    read_word(lexer, word);
    if (valid[HANDLE] && is(word, "handle")) {
      lexer->mark_end(lexer);
      lexer->result_symbol = HANDLE;
      return handles(lexer);
    }
    if (valid[WITH_CLAUSES] && is(word, "with")) {
      lexer->mark_end(lexer);
      lexer->result_symbol = WITH_CLAUSES;
      return ends_line(lexer);
    }
    lexer->result_symbol = NEWLINE;
    return valid[NEWLINE] && is(word, "end");
  }
  if (!valid[NEWLINE]) return false;
  lexer->result_symbol = NEWLINE;
  if (at_end) return true;
  if (at_line_end) return !goes_on(lexer);
  // On one line an `end` or a closing bracket ends a statement too.
  if (is_word(lexer->lookahead)) {
    read_word(lexer, word);
    return is(word, "end");
  }
  return false;
}
