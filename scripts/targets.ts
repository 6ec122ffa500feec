import { Stop } from './boot/say.mjs'

/** Target entries of the configuration from the URLs of `--target`; a target is named after its host and port. */
export function targetsOf(urls: string[]): Record<string, string>[] {
  return urls.map((text): Record<string, string> => {
    const url = parse(text)
    const name = url.host
      ? url.host.replaceAll(/[^\w.-]/g, '-')
      : url.pathname
          .split('/')
          .at(-1)!
          .replaceAll(/[^\w.-]/g, '-')
    switch (url.protocol) {
      case 'redis:':
      case 'rediss:':
        return { kind: 'redis', name, url: text }
      case 'memcached:':
        return { kind: 'memcached', name, address: url.host }
      case 'haproxy:':
        return { kind: 'haproxy', name, socket: url.host ? `tcp://${url.host}` : `unix:${url.pathname}` }
      case 'nginx+http:':
      case 'nginx+https:':
        return { kind: 'nginx', name, status: text.slice('nginx+'.length) }
      case 'envoy+http:':
      case 'envoy+https:':
        return { kind: 'envoy', name, admin: text.slice('envoy+'.length) }
      case 'twemproxy:':
        return { kind: 'twemproxy', name, stats: `tcp://${url.host}` }
      case 'prometheus+http:':
      case 'prometheus+https:':
        return { kind: 'prometheus', name, url: text.slice('prometheus+'.length) }
      default:
        throw new Stop(
          `--target ${url.protocol}: allowed are redis, rediss, memcached, haproxy, nginx+http(s), envoy+http(s), twemproxy and prometheus+http(s).`,
          2,
        )
    }
  })
}

function parse(text: string): URL {
  try {
    return new URL(text)
  } catch {
    throw new Stop('--target: found no URL; for example redis://127.0.0.1:6379.', 2)
  }
}
