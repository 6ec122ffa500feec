import type { Place } from '../model/product.ts'

/** `HOST:PORT` of a discovered place, as a URL and a socket address write it. */
export const authority = ({ host, port }: Place): string => `${host.includes(':') ? `[${host}]` : host}:${port}`

/** The address of a page there. `path`: where none is given. */
export const pageAt = (place: Place, path: string): string =>
  `http${place.tls ? 's' : ''}://${authority(place)}${(place.path ?? path).replace(/^(?!\/)/, '/')}`

/** A user and a password as keys of a configuration, where they are known. */
export const loginAt = ({ username, password }: Place): { username?: string; password?: string } => ({
  ...(username === undefined ? {} : { username }),
  ...(password === undefined ? {} : { password }),
})
