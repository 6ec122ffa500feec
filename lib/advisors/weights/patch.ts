import type { Draft } from '../../model/proposal.ts'
import type { Pool } from '../../model/topology.ts'
import { tunable } from '../tunable.ts'

/** The lines of the file that say the new weights, where a weight set at run time does not last, and why they can only be copied, where that is so. */
export function patchOf(pool: Pool, weights: ReadonlyMap<string, number>): Pick<Draft, 'patch' | 'patchOnly'> {
  const lines = pool.servers.flatMap(({ name, weightSet }) => {
    const weight = weights.get(name)
    return weight === undefined || weight === weightSet
      ? []
      : [(pool.lasting?.line ?? '').replace('WEIGHT', String(weight)).replace('NAME', () => name)]
  })
  return {
    ...(pool.lasting
      ? {
          patch: `# ${pool.lasting.because}\n${tunable(pool)?.lines ?? pool.lasting.section}\n${lines.map((line) => `    ${line}`).join('\n')}`,
        }
      : {}),
    ...(pool.can.weight === true ? {} : { patchOnly: pool.can.weight.because }),
  }
}
