#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Parts are shared, so nothing is freed before the end. */
typedef enum { VAL, VAR, ADD, MUL, POW, LN } Tag;
typedef struct Expr {
  Tag tag;
  union {
    int64_t value;
    const char *name;
    struct { const struct Expr *left, *right; };
  };
} Expr;
typedef const Expr *E;

static E val(int64_t value) {
  Expr *e = malloc(sizeof *e);
  e->tag = VAL;
  e->value = value;
  return e;
}

static E var(const char *name) {
  Expr *e = malloc(sizeof *e);
  e->tag = VAR;
  e->name = name;
  return e;
}

static E node(Tag tag, E left, E right) {
  Expr *e = malloc(sizeof *e);
  e->tag = tag;
  e->left = left;
  e->right = right;
  return e;
}

static int is_val(E e, int64_t value) { return e->tag == VAL && e->value == value; }

static int64_t int_power(int64_t base, int64_t exponent) {
  if (exponent < 0) return 0;
  int64_t power = 1;
  while (exponent-- > 0) power *= base;
  return power;
}

static E add_of(E f, E g) {
  if (f->tag == VAL && g->tag == VAL) return val(f->value + g->value);
  if (is_val(f, 0)) return g;
  if (is_val(g, 0)) return f;
  if (g->tag == VAL) return add_of(g, f);
  if (g->tag == ADD && g->left->tag == VAL) {
    if (f->tag == VAL) return add_of(val(f->value + g->left->value), g->right);
    return add_of(g->left, add_of(f, g->right));
  }
  if (f->tag == ADD) return add_of(f->left, add_of(f->right, g));
  return node(ADD, f, g);
}

static E mul_of(E f, E g) {
  if (f->tag == VAL && g->tag == VAL) return val(f->value * g->value);
  if (is_val(f, 0)) return f;
  if (is_val(g, 0)) return g;
  if (is_val(f, 1)) return g;
  if (is_val(g, 1)) return f;
  if (g->tag == VAL) return mul_of(g, f);
  if (g->tag == MUL && g->left->tag == VAL) {
    if (f->tag == VAL) return mul_of(val(f->value * g->left->value), g->right);
    return mul_of(g->left, mul_of(f, g->right));
  }
  if (f->tag == MUL) return mul_of(f->left, mul_of(f->right, g));
  return node(MUL, f, g);
}

static E pow_of(E f, E g) {
  if (f->tag == VAL && g->tag == VAL) return val(int_power(f->value, g->value));
  if (is_val(g, 0)) return val(1);
  if (is_val(g, 1)) return f;
  if (is_val(f, 0)) return f;
  return node(POW, f, g);
}

static E ln_of(E f) { return is_val(f, 1) ? val(0) : node(LN, f, NULL); }

static E derive(const char *x, E e) {
  E f = e->left, g = e->right;
  switch (e->tag) {
    case VAL: return val(0);
    case VAR: return val(strcmp(x, e->name) == 0 ? 1 : 0);
    case ADD: f = derive(x, f); return add_of(f, derive(x, g));
    case MUL: {
      E left = mul_of(f, derive(x, g));
      return add_of(left, mul_of(g, derive(x, f)));
    }
    case POW: {
      E of_base = mul_of(mul_of(g, derive(x, f)), pow_of(f, val(-1)));
      E of_exponent = mul_of(ln_of(f), derive(x, g));
      return mul_of(pow_of(f, g), add_of(of_base, of_exponent));
    }
    default: {
      E inner = derive(x, f);
      return mul_of(inner, pow_of(f, val(-1)));
    }
  }
}

static int64_t node_count(E e) {
  if (e->tag <= VAR) return 1;
  return e->tag == LN ? node_count(e->left) : node_count(e->left) + node_count(e->right);
}

int main(void) {
  int64_t total = 0;
  for (int round = 0; round < 3; round++) {
    E e = pow_of(var("x"), var("x"));
    for (int i = 0; i < 8; i++) {
      e = derive("x", e);
      total += node_count(e);
    }
  }
  printf("%" PRId64 "\n", total);
  return 0;
}
