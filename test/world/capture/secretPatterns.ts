/** A value: quoted, or up to the next blank or sign that ends it. */
const VALUE = String.raw`"(?:[^"\\]|\\.)*"|'[^'\n]*'|[^\s"',;{}]+`
/** A word of a statement: quoted, or up to a blank that no backslash stands before. */
const WORD = String.raw`"(?:[^"\\]|\\.)*"|'[^'\n]*'|(?:\\.|[^\s\\])+`
const NAME = String.raw`[\w.-]*(?:passw(?:or)?d|passphrase|requirepass|auth[-_]?pass|masterauth|redis_auth|secret|token|api[-_]?key|private[-_]?key|credentials?|authorization|inline_string|inline_bytes)[\w.-]*`

const pattern = (before: string, value = VALUE, flags = 'gim') => new RegExp(`(${before})(${value})`, flags)

/**
 * Where files and answers hold secrets: what stands before one, and the secret. Too much is replaced rather than too little: a word that was
 * none only makes a case harder to read.
 */
export const SECRET_PATTERNS: readonly RegExp[] = [
  pattern(String.raw`-----BEGIN [^-\n]+-----`, String.raw`[\s\S]*?(?=-----END|$(?![\s\S]))`, 'g'),
  // The user info of a URL, up to its last @.
  pattern(String.raw`\b[a-z][a-z0-9+.-]*:\/\/`, String.raw`[^\s/"'<>]+(?=@)`),
  pattern(String.raw`\bstats\s+auth\s+`, WORD),
  pattern(String.raw`(?:^|\s)(?:insecure-)?password\s+`, WORD),
  // `name: value`, `name=value`, `"name":"value"`; in an answer of Redis `"name","value"`.
  pattern(String.raw`["']?${NAME}["']?[ \t]*[:=][ \t]*`),
  pattern(String.raw`["']${NAME}["']\s*,\s*`, String.raw`"(?:[^"\\]|\\.)*"(?!\s*:)`),
  pattern(String.raw`^\s*(?:requirepass|masterauth|masteruser)\s+`, WORD),
  pattern(String.raw`^[ \t]*(?:-[ \t]+)?${NAME}:[ \t]+`, String.raw`[^\s"'{[|>&*][^\n]*`),
  pattern(String.raw`\bsentinel\s+auth-(?:pass|user)\s+\S+\s+`, WORD),
  pattern(
    String.raw`(?:header|field|hdr)\s+["']?[\w-]*(?:token|secret|key|passw|auth|cookie)[\w-]*["']?\s+`,
    String.raw`"[^"\n]*"|'[^'\n]*'|(?:\\.|\S)+`,
  ),
  pattern(String.raw`\b(?:Basic|Bearer)(?:\\?\s)+`, String.raw`[^\s"'\\]+`),
  // What a check sends: `tcp-check send AUTH\ secret\r\n`.
  pattern(String.raw`\bAUTH(?:\\?[ \t])+`, String.raw`(?:\\ |[^\s"'\\])+`, 'g'),
  // Persons of a userlist.
  pattern(String.raw`^[ \t]+user\s+`, String.raw`\S+(?=\s+(?:insecure-)?password)`),
  pattern(String.raw`\busers\s+`, String.raw`\S+`),
]
