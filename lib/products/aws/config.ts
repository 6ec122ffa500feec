import { z } from 'zod'
import { url } from '../../model/marks.ts'
import { targetKeys } from '../targetKeys.ts'
import type { Account } from './account.ts'
import type { Thing } from './things.ts'

/** USD for a thousand metrics of GetMetricData: what AWS published for most regions when this was written (2026). */
const LIST_PRICE = 0.01

/** One region of one AWS account: its ElastiCache nodes and Application Load Balancers, and the account's CloudFront distributions and hosted zones. */
export const awsConfig = z
  .strictObject({
    ...targetKeys('aws'),
    region: z
      .string()
      .regex(/^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/, 'a region, as `eu-west-1`')
      .describe('The region'),
    endpoint: url(z.url({ protocol: /^https?$/, error: 'http(s)://HOST:PORT' }))
      .optional()
      .describe('The address of all its services, where it is not that of AWS: a proxy, a VPC endpoint, a test server'),
    write: z
      .strictObject({
        profile: z
          .string()
          .regex(/^[^\p{Cc}\s[\]]{1,100}$/u, "the name of a profile in AWS's own configuration files")
          .describe("The profile of AWS's own configuration files that writes; it may take a role (`role_arn`)"),
      })
      .optional()
      .describe('Other credentials for what writes; what only reads never signs with them. Default: the same credentials'),
    tags: z
      .record(z.string().min(1).max(128), z.string().max(256))
      .default({})
      .describe('Only what has each of these tags is watched, as `{ team: shop }`. Default: everything in the region'),
    zones: z
      .array(z.string().regex(/^[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$/i, 'the name of a hosted zone, as `shop.example`'))
      .default([])
      .describe('Hosted zones of Route 53 whose weighted records are read, as `[shop.example]`. Default: none is asked for'),
    budget: z
      .number()
      .min(1)
      .max(100_000)
      .default(50)
      .describe('Most that reading CloudWatch may cost a month, in USD: when more is watched, metrics are read less often'),
    price: z
      .number()
      .min(0)
      .max(1)
      .default(LIST_PRICE)
      .describe('Price of a thousand metrics that `GetMetricData` answers, in USD: by default what AWS published for most regions in 2026'),
    requests: z
      .int()
      .min(10)
      .max(6_000)
      .default(120)
      .describe('Most requests a minute that ask what there is; a large account is asked less often than each minute'),
    role: z
      .enum(['cache', 'store'])
      .optional()
      .describe('Of the caches. `cache`: full on purpose. `store`: must never evict. Default: `cache`'),
  })
  .transform((config) => ({ ...config, behind: undefined as Behind | undefined }))

/** One cache, balancer, distribution or zone of the account, and the reader that all share. */
export type Behind = { thing: Pick<Thing, 'of' | 'id' | 'address'>; account: Account }
export type AwsConfig = z.output<typeof awsConfig>
