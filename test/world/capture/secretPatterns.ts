/** A value: quoted, or up to the next blank or sign that ends it. */
const VALUE = String.raw`"(?:[^"\\]|\\.)*"|'[^'\n]*'|(?![|>][-+\d]*[ \t]*$)[^\s"',;{}[\]][^\s"',;{}]*`
/** A word of a statement: quoted, or up to a blank that no backslash stands before. */
const WORD = String.raw`"(?:[^"\\]|\\.)*"|'[^'\n]*'|(?:\\.|[^\s\\])+`
const NAME = String.raw`(?<![\w.-])[\w.-]*(?:passw(?:or)?d|passphrase|(?<![a-z])pass(?![a-z])|pwd|requirepass|auth[-_]?pass|masterauth|masteruser|redis_auth|secret|token|api[-_]?key|private[-_]?key|access[-_]?key|credentials?|authorization|inline_string|inline_bytes)[\w.-]*`
/** Of a header, a cookie, a variable or a parameter. */
const HEADER = String.raw`[\w.-]*(?:token|secret|key|passw|auth|cookie|session)[\w.-]*`
const STRING = String.raw`"(?:[^"\\]|\\.)*"`

const pattern = (before: string, value = VALUE, flags = 'gim') => new RegExp(`(${before})(${value})`, flags)

/**
 * Where files and answers hold secrets: what stands before one, and the secret. Too much is replaced rather than too little: a word that was
 * none only makes a case harder to read.
 */
export const SECRET_PATTERNS: readonly RegExp[] = [
  pattern(String.raw`-----BEGIN [^-\n]+-----`, String.raw`[\s\S]*?(?=-----END|$(?![\s\S]))`, 'g'),
  // The user info of a URL, up to its last @.
  pattern(String.raw`\b[a-z][a-z0-9+.-]{0,30}:\/\/`, String.raw`[^\s/"'<>]+(?=@)`),
  pattern(String.raw`\bstats\s+auth\s+`, WORD),
  pattern(String.raw`(?:^|\s)(?:insecure-)?password\s+`, WORD),
  // `name: value`, `name=value`, `"name":"value"`; in an answer of Redis `"name","value"`.
  pattern(String.raw`["']?${NAME}["']?[ \t]*[:=][ \t]*`),
  pattern(String.raw`["']${NAME}["']\s*,\s*`, String.raw`"(?:[^"\\]|\\.)*"(?!\s*:)`),
  pattern(String.raw`^\s*(?:requirepass|masterauth|masteruser)\s+`, WORD),
  pattern(String.raw`^[ \t]*(?:-[ \t]+)?${NAME}:[ \t]+`, String.raw`[^\s"'{[|>&*][^\n]*`),
  // What is compared with such a header: `{ hdr(x-api-key) -m str secret }`, `acl ok req.hdr(x-api-key) secret`, `if ($http_x_api_key != secret)`.
  pattern(
    String.raw`(?:\{|^[ \t]*acl[ \t]+\S+)[ \t]+[\w.]+\(${HEADER}[^)\n]*\)(?:,[\w.,()]+)?(?:[ \t]+-[a-z]+(?:[ \t]+(?:str|beg|end|sub|dir|dom|reg|len|bin)(?![\w-]))?)*[ \t]+`,
    String.raw`(?!-[a-z]|[{}]|found\b)[^\n{}]+?(?=[ \t]*(?:[{}]|$))`,
  ),
  pattern(String.raw`\$${HEADER}[ \t]*!?(?:=|~\*?)[ \t]*`),
  pattern(
    String.raw`\b(?:set|js_var|setenv|presetenv|\w+_param)[ \t]+["']?\$?(?:${NAME}|(?<=\$)${HEADER})["']?[ \t]+`,
    String.raw`"[^"\n]*"|'[^'\n]*'|(?:\\.|[^\s;])+`,
  ),
  pattern(String.raw`\bset-var(?:-fmt)?\(${HEADER}\)[ \t]+`, WORD),
  // Keys of converters, and of signed links.
  pattern(String.raw`\b(?:hmac|jw[ts]_verify|aes_\w+)\(`, String.raw`(?:"[^"\n]*"|'[^'\n]*'|[^()\n"'])+(?=\))`),
  pattern(String.raw`\bsecure_link_(?:md5|secret)[ \t]+`, String.raw`"[^"\n]*"|'[^'\n]*'|[^\s;]+`),
  pattern(`[?&]${HEADER}=`, String.raw`[^\s"'&;#]+`),
  // `"key":"x-api-key","value":"secret"`, a header that is matched, `"password":["secret"]`, `"secret":{"value":"secret"}`.
  pattern(String.raw`"key"\s*:\s*"${HEADER}"\s*,\s*"(?:raw_)?value"\s*:\s*`, STRING),
  pattern(
    String.raw`"name"\s*:\s*"${HEADER}"\s*,\s*"\w+_match"\s*:\s*(?:\{\s*"\w+"\s*:\s*(?:\{(?:\s*"google_re2"\s*:\s*\{\s*\}\s*,)?\s*"regex"\s*:\s*)?)?`,
    STRING,
  ),
  pattern(String.raw`["']${NAME}["']\s*:\s*(?:\[\s*|\{\s*"\w+"\s*:\s*)`, String.raw`${STRING}(?:\s*,\s*${STRING}(?!\s*:))*`),
  pattern(String.raw`^[ \t]*(?:-[ \t]+)?${NAME}:[ \t]+[|>][-+\d]*[ \t]*\n[ \t]+`, String.raw`[^\n]+`),
  pattern(String.raw`\b(?:mysql|pgsql)-check\s+user\s+`, WORD),
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
