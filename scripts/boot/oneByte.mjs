/**
 * The same program in characters of one byte each: others, in texts and patterns, are written as escapes. V8 keeps the source of whatever is loaded, two bytes
 * for each character of a file in which a single one needs them, and one `→` among its words is enough for a megabyte.
 */
export const oneByte = (source) =>
  source.replace(/(\\*)([^\0-\xff\u2028\u2029])/g, (_, slashes, character) => {
    const code = `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
    // An odd one would escape the escape; before such a character it means nothing.
    return '\\'.repeat(slashes.length - (slashes.length % 2)) + code
  })
