import { z } from 'zod'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import { evidence } from '../rows.ts'
import { patience } from '../settings.ts'

export const targetDown: Detector<DetectorSettings> = {
  id: 'fleet/target-down',
  title: 'Target does not answer',
  why: 'Evenkeel gets no answer, so clients of the target may get none either. Usual causes: a crashed process, a full disk, a broken network, or a password that changed. No other rule judges this target until it answers again.',
  // A process that is restarted answers again within two seconds, and cache/restart finds that.
  harmless: 'Where the target was taken down on purpose, or Evenkeel alone cannot reach it.',
  settings: z.strictObject(patience('3s', '0s')),
  needs: { spanMs: 10_000, metrics: [] },
  detect: (window, topology) =>
    topology.targets
      // A control document has no server of its own: the cache that holds it is judged.
      .filter((target) => target.kind !== 'control')
      .map((target): Verdict => {
        const subject = { target: target.name }
        if (target.state === 'up') return { subject, is: 'clear' }
        if (target.state === 'unknown') return { subject, is: 'unjudged', because: target.error ?? 'not read yet' }
        return {
          subject,
          is: 'found',
          severity: 'critical',
          summary: `${target.name} does not answer${target.error ? `: ${target.error}` : ''}`,
          evidence: [evidence(window, 'target_up', subject, 'answers', 0, 'none', { threshold: 1 })],
        }
      }),
}
