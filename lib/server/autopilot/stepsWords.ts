import { safe } from '../../format/format.ts'
import type { Step } from '../../model/proposal.ts'

/** Steps in a line: `app/app3/weight 100 to 24 and 2 more`. */
export function stepsWords([first, ...others]: readonly Step[]): string {
  if (!first) return ''
  const more = others.length > 0 ? ` and ${others.length} more` : ''
  return `${safe(first.setting.name, 120)} ${safe(first.before, 40)} to ${safe(first.after, 40)}${more}`
}
