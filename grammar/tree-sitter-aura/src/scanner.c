// What tokens alone cannot tell: where a line end ends an expression, and where a period belongs to a resend.
//
// The parser asks for a line end only where an expression of a file may end, so inside brackets and after operators it is white space. A
// period that stands directly between a name and a letter or operator is a resend's (`resend.size`, `parent.= other`); any other ends a
// statement. The scanner has no state.

#include "tree_sitter/parser.h"

enum TokenType { LINE_END, DOT };

void *tree_sitter_aura_external_scanner_create(void) { return NULL; }
void tree_sitter_aura_external_scanner_destroy(void *payload) { (void)payload; }
unsigned tree_sitter_aura_external_scanner_serialize(void *payload, char *buffer) {
  (void)payload;
  (void)buffer;
  return 0;
}
void tree_sitter_aura_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  (void)payload;
  (void)buffer;
  (void)length;
}

static bool is_letter(int32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

static bool is_operator(int32_t c) {
  for (const char *all = "!#$%&*+,-/;<=>?@\\^|~"; *all; all++) {
    if (c == *all) return true;
  }
  return false;
}

// Whether what comes is a message, as the compiler's lexer sees it.
static bool message_follows(TSLexer *lexer) {
  int32_t first = lexer->lookahead;
  if (is_letter(first)) return true;
  if (!is_operator(first)) return false;
  if (first != '-' && first != '\\' && first != '|' && first != '^') return true;
  lexer->advance(lexer, false);
  int32_t next = lexer->lookahead;
  if (first == '-') return !(next >= '0' && next <= '9');
  if (first == '\\') return next != '\n' && next != '\r';
  return is_operator(next);
}

bool tree_sitter_aura_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid_symbols) {
  (void)payload;
  if (valid_symbols[DOT] && lexer->lookahead == '.') {
    lexer->advance(lexer, false);
    lexer->mark_end(lexer);
    lexer->result_symbol = DOT;
    return message_follows(lexer);
  }
  if (!valid_symbols[LINE_END]) return false;
  while (lexer->lookahead == ' ' || lexer->lookahead == '\t' || lexer->lookahead == '\f' || lexer->lookahead == '\v') {
    lexer->advance(lexer, true);
  }
  lexer->result_symbol = LINE_END;
  if (lexer->lookahead == '\n' || lexer->lookahead == '\r') {
    lexer->advance(lexer, false);
    return true;
  }
  return lexer->eof(lexer);
}
