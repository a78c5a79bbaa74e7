"""From what a council's systems export to the tables of the contract.

    sheets   a file of any kind, as a grid of cells
    mapping  what `mapping.toml` says of the council's headers, codes and date styles
    values   the grid in the contract's names, codes and styles
    ssda903  the same for files in the layout of the SSDA903 return

What comes out is a `Source`, still text, every row with its place in the file.
"""
