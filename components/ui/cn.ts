import { clsx } from 'clsx'

/**
 * Class names in one text. Which of two that disagree wins is up to the style sheet: one that must win is written `w-auto!`; the browser tests
 * fail on a page where two disagree without.
 */
export const cn = clsx
