const long = 'ü😀'.repeat(150)

/** Texts that one engine or another takes for something else, or for one another. */
export const texts: readonly string[] = [
  // empty, blank, blank at an end
  '', ' ', '  ', 'a ', ' a', '\t', '\n', '\r\n', '\u00a0', '\ufeff', '\ufeffa',
  // case, and letters whose case is not a matter of one character
  'a', 'A', 'ab', 'aB', 'AB', 'b', 'z', 'Z', 'I', 'i', 'İ', 'i̇', 'ı', 'ß', 'ẞ', 'SS', 'ss', 'Σ', 'ς', 'σ', 'ΑΣ', 'ας', 'ασ', 'ΑΣΑ', 'ﬁ', 'FI', 'fi', 'ŉ', 'ǅ', 'Ꭰ',
  // composed and not, beside one another in one alphabet and not in another
  'é', 'e\u0301', 'É', 'ä', 'ae', 'zoe', 'Zoë', 'Å', '\u212b',
  // quotes, patterns, escapes
  "'", "it's", "''", '"', '`', '\\', '\\\\', '%', '_', 'a%b', 'a_b', 'axb', '\\%', '\\_', '*', '?', '[a]', '^a', 'a$', '.', '$1', ':x', '--', '/*', '; DROP TABLE operations',
  // control characters, line separators, what is no character
  '\u0001', '\u001f', 'a\u0001b', '\u007f', '\u0085', '\u2028', '\u2029', '\ufffd', '\ufffe', '\uffff',
  // beyond the Basic Multilingual Plane, and what is just below it
  '\ud7ff', '\ue000', '😀', '😀a', '\u{10000}', '\u{1d400}', '\u{10ffff}', '👨‍👩‍👧',
  // words that mean something elsewhere
  'null', 'NULL', 'true', '5', '5.0', '1e3', '-1', '{}', '[]', '"a"', '\\u0041', '2020-01-01T00:00:00Z', '2020-01-01T00:00:00z', '2020-02-30T00:00:00Z',
  // long ones that differ late
  long, `${long}a`, `${long}b`, `${'x'.repeat(4_095)}y`, `${'x'.repeat(4_095)}z`
]
