import { isList, isMap, type JsonMap } from '../../core/object/index.ts'

/** The condition of a type in a status. */
export function conditionIn({ conditions }: JsonMap, type: string): JsonMap | undefined {
  return isList(conditions) ? conditions.filter(isMap).find((one) => one.type === type) : undefined
}
