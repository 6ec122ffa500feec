import { Button } from '@/components/ui/button.tsx'
import type { LiveSettings } from './change.ts'
import { RuleFields } from './RuleFields.tsx'
import { AS_IT_IS } from './rule.ts'
import { Swatch } from './Swatch.tsx'
import type { SourceInfo } from './source.ts'
import { TextField } from './TextField.tsx'
import type { LabState, PutLab } from './useLabState.ts'

type Props = { info: SourceInfo; live: LiveSettings; state: LabState; put: PutLab; match: string }

/** What is asked: of which keys, of this cache, and of the one beside it. */
export function BenchRules({ info, live, state, put, match }: Props) {
  const shared = { own: { policy: info.policy, samples: live.samples }, policies: info.policies }
  return (
    <div className="flex min-w-0 flex-col gap-5">
      {!info.isTrace && (
        <TextField
          label="Keys"
          help="a glob, as session:*; empty: all"
          value={match}
          placeholder="*"
          read={(typed) => (typed.length <= 1_000 ? { value: typed } : null)}
          wrong="at most 1000 characters"
          onChange={put.match}
        />
      )}
      <RuleFields title={<Swatch at={0}>This cache</Swatch>} prefix="" rule={state.rule} onChange={put.rule} {...shared} />
      {state.against ? (
        <div className="flex flex-col gap-3">
          <RuleFields
            title={<Swatch at={1}>Beside it</Swatch>}
            prefix="Beside it:"
            rule={state.against}
            onChange={put.against}
            {...shared}
          />
          <Button className="w-fit" onClick={() => put.against(null)}>
            Leave out the second
          </Button>
        </div>
      ) : (
        <Button className="w-fit" onClick={() => put.against(AS_IT_IS)} hint="A second curve over the same sizes">
          Compare with another
        </Button>
      )}
    </div>
  )
}
