import { clsx } from 'clsx'

/** Class names in one text. Which of two that disagree wins is up to the style sheet: one that must win is written `w-auto!`. */
export const cn = clsx
