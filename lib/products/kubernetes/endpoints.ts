import { isIP } from 'node:net'
import { z } from 'zod'
import type { KubeObject } from './objects.ts'

const portShape = z.looseObject({
  name: z
    .string()
    .nullish()
    .transform((name) => name ?? ''),
  port: z.number().int().min(1).max(65_535).nullish(),
  protocol: z
    .string()
    .nullish()
    .transform((protocol) => protocol ?? 'TCP'),
})
export type Port = z.output<typeof portShape>

const flag = z.boolean().nullish()
const sliceShape = z.looseObject({
  addressType: z.string(),
  endpoints: z
    .array(
      z.looseObject({
        addresses: z.array(z.string()).default([]),
        conditions: z.looseObject({ ready: flag, terminating: flag }).optional(),
        targetRef: z.looseObject({ kind: z.string().optional(), name: z.string().optional() }).optional(),
      }),
    )
    .nullish()
    .transform((all) => all ?? []),
  ports: z
    .array(portShape)
    .nullish()
    .transform((all) => all ?? []),
})

/** One address behind a Service: the pod's name where it is a pod's. `ready`: a condition that is not given counts as true (EndpointConditions). */
export type Endpoint = { host: string; name: string; ready: boolean; ports: Port[] }

/** Endpoints that are on their way out are gone; those that are not ready are there: it is just then that one wants to see them. */
export function endpointsOf(slices: readonly KubeObject[]): Map<string, Endpoint[]> {
  const found = new Map<string, Endpoint[]>()
  for (const slice of slices) {
    const parsed = sliceShape.safeParse(slice)
    const service = slice.metadata.labels?.['kubernetes.io/service-name']
    if (!parsed.success || service === undefined) continue
    const { addressType, endpoints, ports } = parsed.data
    // FQDN is deprecated, and its addresses would be looked up.
    if (addressType !== 'IPv4' && addressType !== 'IPv6') continue
    const key = `${slice.metadata.namespace ?? ''}/${service}`
    const own = endpoints.flatMap(({ addresses, conditions, targetRef }): Endpoint[] => {
      const host = addresses[0]
      if (host === undefined || conditions?.terminating === true || !isReachable(host)) return []
      const name = targetRef?.kind === 'Pod' && targetRef.name ? targetRef.name : host.includes(':') ? `[${host}]` : host
      return [{ host, name, ready: conditions?.ready !== false, ports }]
    })
    found.set(key, [...(found.get(key) ?? []), ...own])
  }
  return found
}

/** Link-local addresses are of metadata services and other machinery, never of pods; the API refuses them (and loopback) in slices that people write. */
const isReachable = (host: string): boolean =>
  isIP(host) !== 0 && !/^(169\.254\.|0\.|2(2[4-9]|[3-5]\d)\.|fe[89ab][0-9a-f]:|ff|::$)/i.test(host)
