/**
 * Percent-encoding of a name that stands before a slash, of as little as must be: the slash, and a percent sign that would be read as an
 * escape. Nearly every name stands as it is, so that texts stay readable and those of older versions stay the same.
 */
export const escaped = (name: string): string => name.replace(/\/|%(?=[0-7][0-9a-f])/gi, (sign) => (sign === '/' ? '%2F' : '%25'))

/** Takes `escaped` back; a percent sign that begins no escape of ASCII stays. */
export const unescaped = (text: string): string =>
  text.replace(/%([0-7][0-9a-f])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
