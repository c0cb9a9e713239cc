"""What counting of reads alone lets a level scatter, of levels that were reads once.

A level of a gene is its reads over the reads of its sample, and over its length where it is TPM: levels times lengths
are whole multiples of one number, which is what one read adds. Where they are, reads are known again though nobody
published them. The least level of a sample is taken for one read, as it is among thousands of genes; a sample of few
genes, each of many reads, stays unknown.
"""

import numpy as np

from knockon.arrays import Matrix, Values

_COUNTED = 1000
_WHOLE, _SHARE = 0.02, 0.99
_LN2 = float(np.log(2.0))


def read_units(values: Matrix, lengths: Values) -> Values:
    """Level × length of one read in each sample, float64 (samples,), NaN where levels are no multiples of any.

    values: (samples, genes), log2(level + 1). lengths: (genes,), NaN where unknown; 1 where levels are CPM. Judged by
    genes of a thousand reads or fewer, of which 99 % must be within 2 % of whole: float32 tells more no more.
    """
    found = np.full(len(values), np.nan)
    for row, sample in enumerate(values):
        weighed = np.expm1(sample.astype(np.float64) * _LN2) * lengths
        weighed = weighed[np.isfinite(weighed) & (weighed > 1e-9)]
        if len(weighed):
            reads = weighed / weighed.min()
            reads = reads[reads <= _COUNTED]
            if (np.abs(reads - np.round(reads)) < _WHOLE).mean() >= _SHARE:
                found[row] = float(weighed.min())
    return found


def counting_variance(values: Matrix, units: Values, lengths: Values) -> Values:
    """Variance of log2(level + 1) by Poisson's law, float64 (samples, genes); NaN where reads are not known.

    By the delta method at the level that was measured: n reads vary by n, and a read moves the logarithm by
    unit / (length (level + 1) ln 2).
    """
    level = np.expm1(values.astype(np.float64) * _LN2)
    read = units[:, None] / lengths
    return np.asarray(level * read / ((level + 1) * _LN2) ** 2)
