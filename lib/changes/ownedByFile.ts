import { EvenkeelError } from '../model/error.ts'
import { type RepositoryConfig, repositoryOf } from '../model/repository.ts'
import type { SettingText } from '../model/setting.ts'
import type { ChangesContext } from './context.ts'

/** The repository to which a change of these settings goes; null where it is written to their servers. Throws `invalid` where that is not one way. */
export function ownerOf(steps: readonly { setting: SettingText }[], { fleet }: Pick<ChangesContext, 'fleet'>): RepositoryConfig | null {
  const targets = [...new Set(steps.map(({ setting }) => setting.target))]
  const owners = targets.map((target) => {
    const config = fleet.targetConfig(target)?.config
    return { target, repository: config ? repositoryOf(config) : null }
  })
  const [first] = owners
  const other = owners.find(({ repository }) => repository?.path !== first?.repository?.path)
  if (!first || !other) return first?.repository ?? null
  throw new EvenkeelError(
    'invalid',
    `steps: ${first.target} and ${other.target} are not kept in one repository, so that they cannot be changed in one commit. Make a change for each.`,
  )
}
