import type { Labels } from '../model/series.ts'
import type { Auth } from './auth.ts'
import type { Path } from './document.ts'

/** Warns of roles that are given on labels which no target has: a typing error would only show in a refusal. */
export function warnOfEmptyScopes(
  auth: Auth | undefined,
  targets: readonly { labels?: Labels }[],
  warn: (path: Path, text: string) => void,
): void {
  if (!auth || !('roles' in auth)) return
  for (const role of ['operator', 'admin'] as const)
    for (const [index, holder] of auth.roles[role].entries()) {
      if (typeof holder === 'string') continue
      const missing = Object.entries(holder.where).find(([name, value]) => !targets.some(({ labels }) => labels?.[name] === value))
      if (missing)
        warn(
          ['auth', 'roles', role, index, 'where'],
          `no target in this file has the label ${missing[0]}: ${missing[1]}, so that nobody is ${role} by it.`,
        )
    }
}
