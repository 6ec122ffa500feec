import type { TargetConfig } from '../model/product.ts'

/** What a ring hashes for a target: `host:port` of its URL or address; undefined where the URL does not say (unix, Cluster, Sentinel). */
export function hostPort(target: TargetConfig): string | undefined {
  const { url, address } = target as { url?: unknown; address?: unknown }
  if (typeof address === 'string' && !address.startsWith('/') && !address.startsWith('unix:')) return address
  if (typeof url !== 'string' || !/^(redis|rediss|tcp|memcached|http|https):\/\//.test(url)) return undefined
  const parsed = URL.parse(url)
  return parsed?.hostname ? `${parsed.hostname}:${parsed.port || '6379'}` : undefined
}
