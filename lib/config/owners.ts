import type { Checks } from './references.ts'

/** A target that its file owns has a repository with that file. */
export function checkOwners({ targets, report }: Checks): void {
  targets.forEach(({ owner, repository }, index) => {
    if (owner === 'file' && repository === undefined)
      report(
        ['targets', index, 'owner'],
        '"file"',
        '`repository: { path: …, files: [ … ] }` beside it: the checkout that owns the settings',
      )
  })
}
