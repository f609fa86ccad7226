/** The URLs of those who sell: the workbench of goods, and what operators decide about them. Part of `patterns`. */
export const sellerPatterns = {
  supplierGoods: '/supplier/goods',
  newGoods: '/supplier/goods/new',
  supplierFamily: '/supplier/goods/:id',
  supplierFamilyForm: '/supplier/goods/:id/form',
  familySpecifications: '/supplier/goods/:id/specifications',
  newSpecification: '/supplier/goods/:id/specifications/new',
  supplierSpecification: '/supplier/specifications/:id',
  specificationForm: '/supplier/specifications/:id/form',
  specificationShelf: '/supplier/specifications/:id/shelf',
  specificationPrice: '/supplier/specifications/:id/price',
  priceAnswer: '/supplier/prices/:id/answer',
  priceWithdrawal: '/supplier/prices/:id/withdrawal',
  flaggedPrices: '/admin/prices',
  priceDecision: '/admin/prices/:id/decision',
} as const;
