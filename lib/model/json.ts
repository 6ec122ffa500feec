/** Deeper than any real answer (an Envoy's routes come to 40), and far from where recursion over it would end the stack. */
const DEPTH_MAX = 200

/**
 * JSON from outside, with a bound on its nesting: whatever walks the value afterwards (schemas, JSON.stringify, structuredClone) does so by
 * recursion, and a megabyte of `[` would end its stack. Throws `SyntaxError`.
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  if (nestsDeeper(text, DEPTH_MAX)) throw new SyntaxError(`nested more than ${DEPTH_MAX} deep`)
  return value
}

/** Of a text that is known to be JSON: brackets outside of strings are counted. */
function nestsDeeper(text: string, max: number): boolean {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (char === QUOTE) {
      for (i++; text.charCodeAt(i) !== QUOTE; i++) if (text.charCodeAt(i) === BACKSLASH) i++
    } else if (char === BRACKET || char === BRACE) {
      if (++depth > max) return true
    } else if (char === BRACKET_END || char === BRACE_END) depth--
  }
  return false
}
const [QUOTE, BACKSLASH, BRACKET, BRACE, BRACKET_END, BRACE_END] = [0x22, 0x5c, 0x5b, 0x7b, 0x5d, 0x7d]
