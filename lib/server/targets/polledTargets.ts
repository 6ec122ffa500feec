import type { Config } from '../../config/config.ts'
import type { ControlConfig } from '../../model/control.ts'
import type { AnyProduct, TargetConfig } from '../../model/product.ts'
import { refText } from '../../model/ref.ts'
import type { LogFeed, ReferenceSettings } from '../../model/reference.ts'
import type { Labels } from '../../model/series.ts'
import { sharedLabels } from '../../model/targetLabels.ts'
import { products } from '../../products/sources.ts'

/** Everything that is polled: the configured targets, and the control documents of rings and TTL policies. */
export function polledTargets(config: Config): { config: TargetConfig; product: AnyProduct }[] {
  const redisOf = (name: string) => config.targets.find((target) => target.name === name)!
  const controls: ControlConfig[] = [
    ...config.rings.map(
      ({ name, spec, nodes, control, followersExpected }): ControlConfig => ({
        kind: 'control',
        name: refText({ ring: name }),
        key: control.key,
        ...labelled(sharedLabels(nodes.flatMap(({ target }) => (target === undefined ? [] : [redisOf(target)?.labels])))),
        redis: redisOf(control.target),
        ...(control.copies && { copies: control.copies.map(redisOf) }),
        followersExpected,
        ring: { name, spec, nodes },
      }),
    ),
    ...config.ttls.map(
      ({ name, match, ttlMs, jitter, control, followersExpected }): ControlConfig => ({
        kind: 'control',
        name: refText({ ttl: name }),
        key: control.key,
        ...labelled(redisOf(control.target).labels),
        redis: redisOf(control.target),
        ...(control.copies && { copies: control.copies.map(redisOf) }),
        followersExpected,
        ttl: { name, match, ttlMs, jitter },
      }),
    ),
  ]
  return [...config.targets.map((target) => withFeeds(target, config.targets)), ...controls].flatMap((target) => {
    const product = products.find((candidate) => candidate.kind === target.kind)
    return product ? [{ config: target, product }] : []
  })
}

const labelled = (labels: Labels | undefined) => (labels ? { labels } : {})

/** A target whose access log tells references of caches, with what it is to look for. */
function withFeeds(target: TargetConfig, targets: readonly TargetConfig[]): TargetConfig {
  const feeds = targets.flatMap(({ name, ...config }): LogFeed[] => {
    const { log } = (config as { references?: ReferenceSettings }).references ?? {}
    return log?.targets.includes(target.name) ? [{ cache: name, key: log.key, pool: log.pool ?? null, ttlMs: log.ttl ?? null }] : []
  })
  return feeds.length > 0 ? ({ ...target, feeds } as TargetConfig) : target
}
