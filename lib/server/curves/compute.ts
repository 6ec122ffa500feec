import { curves } from '../../curves/curves.ts'
import type { Question } from '../../curves/question.ts'
import type { CurvesView } from '../../model/answers/curves.ts'
import { EvenkeelError } from '../../model/error.ts'
import { readReferences } from '../traces/traceFile.ts'
import { withParts } from './partColumn.ts'
import { readPatterns } from './readPatterns.ts'

export type CurvesQuestion = { path: string; question: Question }

/** The curves of a file of references. Throws `too_little` with what is missing. */
export function computeCurves({ path, question }: CurvesQuestion): CurvesView {
  const references = readReferences(path)
  const answer = curves(withParts(references, question.parts, references.patterns, references.patternOf), question)
  if (answer.tooLittle !== undefined) throw new EvenkeelError('too_little', answer.tooLittle)
  return { ...answer.curves, patterns: readPatterns(references, references.patterns, references.patternOf) }
}
