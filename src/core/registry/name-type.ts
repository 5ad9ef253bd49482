export type NameTypeId = number
