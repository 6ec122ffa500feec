/** `host:port` as clients of memcached name a server: 11211 where no port is given, IPv6 without its brackets, a path as it is. */
export function withUsualPort(address: string): string {
  if (address.startsWith('/')) return address
  const bracketed = /^\[(.+)\](?::(\d+))?$/.exec(address)
  if (bracketed) return `${bracketed[1]}:${bracketed[2] ?? 11211}`
  return /^[^:]*:\d+$/.test(address) ? address : `${address}:11211`
}
