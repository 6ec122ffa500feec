import { solveRing } from '../rings/solver.ts'
import { compare, type LabAnswer, type LabQuestion } from './compute.ts'

/** Answers any question about a ring. A page does not import it but by its worker: the solver is loaded when somebody asks for a solution. */
export const answer = (question: LabQuestion): LabAnswer =>
  question.is === 'solve' ? { is: 'solve', answer: solveRing(question.question) } : { is: 'compare', answer: compare(question) }
