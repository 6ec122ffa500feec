const hex = (sign: string) => `%${sign.charCodeAt(0).toString(16).padStart(2, '0')}`
const letterAt = (path: string, index: number) => path.slice(0, index) + hex(path[index]!) + path.slice(index + 1)
const lastPart = (path: string) => path.lastIndexOf('/') + 1

/** Ways of writing the path of a request that a server may or may not take for the same path. Each begins with a whole path such as `/api/v1/tokens`. */
export const SPELLINGS: Record<string, (path: string) => string> = {
  plain: (path) => path,
  'first letter encoded': (path) => letterAt(path, lastPart(path)),
  'last letter encoded': (path) => letterAt(path, path.length - 1),
  'a letter of the prefix encoded': (path) => letterAt(path, 1),
  'every letter encoded': (path) => path.replace(/[a-z]/g, hex),
  'double-encoded': (path) => letterAt(path, lastPart(path)).replace('%', '%25'),
  'upper case': (path) => path.toUpperCase(),
  'one letter in upper case': (path) => path.slice(0, -1) + path.slice(-1).toUpperCase(),
  'trailing slash': (path) => `${path}/`,
  'two trailing slashes': (path) => `${path}//`,
  'leading //': (path) => `/${path}`,
  '// inside': (path) => `${path.slice(0, lastPart(path))}/${path.slice(lastPart(path))}`,
  '/./ inside': (path) => `${path.slice(0, lastPart(path))}./${path.slice(lastPart(path))}`,
  '/../ inside': (path) => `${path.slice(0, lastPart(path))}x/../${path.slice(lastPart(path))}`,
  '/%2e%2e/ inside': (path) => `${path.slice(0, lastPart(path))}x/%2e%2e/${path.slice(lastPart(path))}`,
  'from a public path': (path) => `/sign-in/..${path}`,
  'from static files': (path) => `/_next/static/..%2f..${path}`,
  '%2f for /': (path) => `${path.slice(0, lastPart(path) - 1)}%2f${path.slice(lastPart(path))}`,
  '\\ for /': (path) => `${path.slice(0, lastPart(path) - 1)}\\${path.slice(lastPart(path))}`,
  'a parameter of the path': (path) => `${path};a=b`,
  'a NUL at the end': (path) => `${path}%00`,
  'a space at the end': (path) => `${path}%20`,
}
/** Spellings that RFC 3986 holds equal to the plain one: what they need and answer is the same. */
export const EQUAL = ['plain', 'first letter encoded', 'last letter encoded']
