import { z } from 'zod'

const httpUrl = z.string().refine((text) => /^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : ''), {
  message: 'allowed: http://HOST:PORT/PATH',
})

/** NGINX (open source): its status page tells connections and requests. */
export const nginxConfig = z.strictObject({
  kind: z.literal('nginx'),
  name: z.string(),
  /** The `stub_status` page. */
  status: httpUrl,
})

export type NginxConfig = z.output<typeof nginxConfig>

/** Where it is, without secrets. */
export const nginxAddress = (config: NginxConfig): string => {
  const { host, pathname } = new URL(config.status)
  return `${host}${pathname}`
}
