import type { LoadResultView } from '../../../model/answers/run.ts'
import type { LoadResults } from '../../../model/loadResult.ts'
import { iso, isoOrNull, withIso } from '../../http/iso.ts'

export const resultView = ({ from, to, course, attachedAt, attachedBy, ...rest }: LoadResults['results'][number]): LoadResultView => ({
  ...rest,
  from: isoOrNull(from),
  to: isoOrNull(to),
  course: course.map((moment) => withIso(moment, 'at')),
  attachedAt: iso(attachedAt),
  by: attachedBy,
})
