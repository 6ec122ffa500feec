import { z } from 'zod'
import { beforeWrite, EvenkeelError } from '../../model/error.ts'
import type { Actuator } from '../../model/product.ts'
import type { Account } from './account.ts'
import type { AwsConfig } from './config.ts'
import { WEIGHT_MAX } from './described.ts'
import { getParameters, type ParameterHome, parameterCommands, writeParameters } from './parameters.ts'
import type { Balancer, CacheNode } from './things.ts'
import { getWeights, WEIGHT_TEXT, weightCommands, writeWeights } from './weights.ts'

const WEIGHT = z
  .string()
  .regex(/^(0|[1-9]\d{0,2})$/, WEIGHT_TEXT)
  .refine((text) => Number(text) <= WEIGHT_MAX, WEIGHT_TEXT)
const PARAMETER = z.string().regex(/^[\x20-\x7e]{0,255}$/, 'text of at most 255 visible characters')

/** Weights of forward actions on a balancer, parameters of a cache's parameter group. Of what is behind an account alone. */
export const awsActuator: Actuator<AwsConfig> = {
  kind: 'aws',
  settings: [
    { pattern: /^[^/]+\/[^/]+\/weight$/, value: WEIGHT, reversal: 'exact', persistence: 'for good' },
    {
      pattern: /^config\/[a-z0-9_-]{1,100}$/,
      value: PARAMETER,
      reversal: 'exact',
      persistence: 'for good, in the parameter group: for every node that has it; some parameters need a reboot',
    },
  ],
  async get(config, names, signal) {
    const { account, thing } = await thingOf(config, signal)
    return thing.of === 'balancer'
      ? getWeights(account.clients, thing.arn, names, signal)
      : getParameters(account.clients, homeOf(account, thing), names, signal)
  },
  async write(config, edits, signal, cause) {
    const { account, home } = await beforeWrite(async () => {
      const { account, thing } = await thingOf(config, signal)
      return { account, home: thing.of === 'balancer' ? thing : homeOf(account, thing) }
    })
    try {
      if ('arn' in home) await writeWeights(account.writers, home.arn, edits, signal)
      else await writeParameters(account.writers, home, edits, signal, cause)
    } finally {
      account.forget()
    }
  },
  commands: (config, edits) => (config.behind?.thing.of === 'cache' ? parameterCommands(groupText(config), edits) : weightCommands(edits)),
}

/** For people to copy; what stands behind the account is known from its newest look. */
function groupText({ behind }: AwsConfig): string {
  const thing = behind?.account.newest()?.parts.cache.things.find(({ id }) => id === behind.thing.id)
  return (thing?.of === 'cache' && thing.parameterGroup) || 'GROUP'
}

type Found = { account: Account; thing: Balancer | CacheNode }

async function thingOf({ behind, name }: AwsConfig, signal: AbortSignal): Promise<Found> {
  if (!behind) throw new EvenkeelError('not_found', `${name} is an account: name the cache or balancer behind it`)
  const { of, id } = behind.thing
  // A new look at the whole account takes longer than one setting may.
  const inventory = behind.account.newest() ?? (await behind.account.inventory(signal))
  const thing = inventory.parts[of].things.find((one) => one.id === id)
  if (!thing) throw new EvenkeelError('not_found', `${name}: AWS has no ${id} any more`)
  if (thing.of === 'zone') throw new EvenkeelError('invalid', `${name}: Evenkeel writes no records of Route 53`)
  if (thing.of === 'distribution') throw new EvenkeelError('invalid', `${name}: Evenkeel writes nothing to CloudFront`)
  return { account: behind.account, thing }
}

function homeOf(account: Account, { parameterGroup: group, id }: CacheNode): ParameterHome {
  if (group === null) throw new EvenkeelError('not_found', `ElastiCache names no parameter group of ${id}`)
  const usedBy = (account.newest()?.parts.cache.things ?? []).flatMap((one) =>
    one.of === 'cache' && one.parameterGroup === group ? [one.id] : [],
  )
  return { group, usedBy }
}
