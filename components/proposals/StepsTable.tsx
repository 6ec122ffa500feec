import { safe } from '@/lib/format/format.ts'
import type { Step } from '@/lib/model/proposal.ts'
import { settingWords, valueWords } from './words.ts'

/** The exact difference: each setting, now and then. */
export function StepsTable({ steps, applied }: { steps: readonly Step[]; applied?: boolean }) {
  const several = new Set(steps.map(({ setting }) => setting.target)).size > 1
  return (
    <table className="w-full text-sm" aria-label="Steps">
      <thead className="text-left text-dim text-xs">
        <tr>
          <th className="py-1 pr-3 font-normal">Setting</th>
          <th className="py-1 pr-3 font-normal max-sm:hidden">On</th>
          <th className="py-1 pr-3 text-right font-normal">{applied ? 'Before' : 'Now'}</th>
          <th className="py-1 text-right font-normal">{applied ? 'After' : 'Then'}</th>
        </tr>
      </thead>
      <tbody>
        {steps.map((step) => (
          <tr key={`${step.setting.target} ${step.setting.name}`} className="border-line border-t">
            <td className="py-1 pr-3" title={step.setting.name}>
              {settingWords(step)}
              {/* Where the column has no room, and the rows would read alike. */}
              {several && <span className="block text-dim text-xs sm:hidden">{safe(step.setting.target, 60)}</span>}
            </td>
            <td className="py-1 pr-3 text-dim max-sm:hidden">{safe(step.setting.target, 60)}</td>
            <td className="num py-1 pr-3 text-dim">{valueWords(step, step.before)}</td>
            <td className="num py-1 font-medium">{valueWords(step, step.after)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
