package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/partgauge/partgauge/internal/account"
	"github.com/partgauge/partgauge/internal/fault"
	"github.com/partgauge/partgauge/internal/store"
)

func (p *program) adminCommand() *cobra.Command {
	return group("admin", "Manage organisations, users and tokens, also beside a running server",
		group("organization", "Manage organisations", p.createOrganization()),
		group("user", "Manage users", p.createUser()),
		group("service", "Manage printing services", p.createService(), p.addMember()),
		group("token", "Manage tokens", p.createToken(), p.listTokens(), p.revokeToken()),
		p.backupCommand(), p.restoreCommand(),
	)
}

// administer makes a command that works on the accounts of a database.
func (p *program) administer(use, short string, do func(context.Context, *account.Accounts, []string) error) *cobra.Command {
	var pl place
	cmd := &cobra.Command{
		Use: use, Short: short, Args: cobra.ExactArgs(strings.Count(use, " ")),
		RunE: func(cmd *cobra.Command, args []string) error {
			err := pl.with(cmd.Context(), func(db *store.DB) error {
				return do(cmd.Context(), account.New(account.Config{Store: db.Account()}), args)
			})
			if err != nil {
				return failedError{err}
			}
			return nil
		},
	}
	pl.flags(cmd)
	return cmd
}

// with opens the database of a service that was started before.
func (pl *place) with(ctx context.Context, do func(*store.DB) error) error {
	if pl.databaseURL == "" {
		if _, err := os.Stat(pl.database()); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no database in %s: name the folder with --data, or start \"server serve\" once", pl.data)
		}
	}
	db, err := store.Open(ctx, pl.database())
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.CheckSchema(ctx); err != nil {
		return err
	}
	return do(db)
}

func (p *program) migrateCommand() *cobra.Command {
	var pl place
	cmd := &cobra.Command{
		Use: "migrate", Short: "Bring the database up to date, as serve does at its start", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			db, err := store.Open(cmd.Context(), pl.database())
			if err != nil {
				return failedError{err}
			}
			defer db.Close()
			if err := db.Migrate(cmd.Context()); err != nil {
				return failedError{err}
			}
			_, err = fmt.Fprintln(p.stdout, "the database is up to date")
			return err
		},
	}
	pl.flags(cmd)
	return cmd
}

func (p *program) createOrganization() *cobra.Command {
	var name string
	cmd := p.administer("create", "Create an organisation", func(ctx context.Context, a *account.Accounts, _ []string) error {
		o, err := a.CreateOrganization(ctx, name)
		if err == nil {
			fmt.Fprintf(p.stdout, "organization: %d %s\n", o.ID, o.Name)
		}
		return err
	})
	required(cmd, &name, "name", "`name` of the organisation")
	return cmd
}

func (p *program) createUser() *cobra.Command {
	var organization string
	var roles []string
	n := account.NewUser{Active: true}
	cmd := p.administer("create", "Create a user", func(ctx context.Context, a *account.Accounts, _ []string) error {
		o, err := named(ctx, a, organization)
		if err != nil {
			return err
		}
		for _, r := range roles {
			n.Roles = append(n.Roles, account.Role(r))
		}
		u, err := a.AddUser(ctx, o.ID, n)
		if err == nil {
			fmt.Fprintf(p.stdout, "user: %d %s\n", u.ID, u.Email)
		}
		return err
	})
	required(cmd, &n.Email, "email", "e-mail `address`")
	required(cmd, &organization, "organization", "`name` of the organisation")
	cmd.Flags().StringArrayVar(&roles, "role", nil, fmt.Sprintf("`role`, may be repeated: %v", account.Roles()))
	cmd.Flags().StringVar(&n.FirstName, "first-name", "", "first `name`")
	cmd.Flags().StringVar(&n.LastName, "last-name", "", "last `name`")
	return cmd
}

func named(ctx context.Context, a *account.Accounts, organization string) (account.Organization, error) {
	o, err := a.OrganizationNamed(ctx, organization)
	if fault.Is(err, fault.NotFound) {
		err = fmt.Errorf("there is no organisation %q", organization)
	}
	return o, err
}

func (p *program) createService() *cobra.Command {
	var organization, name string
	cmd := p.administer("create", "Create a printing service", func(ctx context.Context, a *account.Accounts, _ []string) error {
		o, err := named(ctx, a, organization)
		if err != nil {
			return err
		}
		s, err := a.CreateService(ctx, o.ID, name)
		if err == nil {
			fmt.Fprintf(p.stdout, "service: %d %s\n", s.ID, s.Name)
		}
		return err
	})
	required(cmd, &organization, "organization", "`name` of the organisation")
	required(cmd, &name, "name", "`name` of the service")
	return cmd
}

func (p *program) addMember() *cobra.Command {
	var service int64
	var user userFlags
	cmd := p.administer("add-member", "Let a user work for a printing service", func(ctx context.Context, a *account.Accounts, _ []string) error {
		u, err := user.find(ctx, a)
		if err != nil {
			return err
		}
		err = a.AddMember(ctx, account.ServiceID(service), u.ID)
		if fault.Is(err, fault.NotFound) {
			err = fmt.Errorf("there is no service %d", service)
		}
		return err
	})
	cmd.Flags().Int64Var(&service, "service", 0, "`id` of the service")
	_ = cmd.MarkFlagRequired("service")
	user.flags(cmd)
	return cmd
}

// userFlags name a user.
type userFlags struct{ email, organization string }

func (f *userFlags) flags(cmd *cobra.Command) {
	required(cmd, &f.email, "user", "e-mail `address` of the user")
	cmd.Flags().StringVar(&f.organization, "organization", "", "`name` of his organisation, where several have such a user")
}

func (f *userFlags) find(ctx context.Context, a *account.Accounts) (account.User, error) {
	u, err := a.UserWithEmail(ctx, f.email, f.organization)
	if fault.Is(err, fault.NotFound) {
		err = fmt.Errorf("there is no user %s", f.email)
	}
	return u, err
}

func (p *program) createToken() *cobra.Command {
	var user userFlags
	var label, expires string
	cmd := p.administer("create", "Create a token and print it", func(ctx context.Context, a *account.Accounts, _ []string) error {
		end, err := expiry(expires, time.Now())
		if err != nil {
			return err
		}
		u, err := user.find(ctx, a)
		if err != nil {
			return err
		}
		secret, _, err := a.CreateToken(ctx, u.ID, label, end)
		if err == nil {
			fmt.Fprintf(p.stdout, "token: %s\n", secret)
		}
		return err
	})
	user.flags(cmd)
	cmd.Flags().StringVar(&label, "label", "", "what it is for")
	cmd.Flags().StringVar(&expires, "expires", "", "`when` it ends: days (90d) or a date (2027-01-31); never if empty")
	return cmd
}

// expiry returns the time that a duration in days or a date stands for.
func expiry(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			return now.AddDate(0, 0, int(n)), nil
		}
	}
	if date, err := time.Parse(time.DateOnly, text); err == nil {
		return date, nil
	}
	return time.Time{}, fmt.Errorf("--expires %s: expected days, such as 90d, or a date, such as 2027-01-31", text)
}

func (p *program) listTokens() *cobra.Command {
	var user userFlags
	cmd := p.administer("list", "List the tokens of a user", func(ctx context.Context, a *account.Accounts, _ []string) error {
		u, err := user.find(ctx, a)
		if err != nil {
			return err
		}
		all, err := a.Tokens(ctx, u.ID)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tENDS WITH\tCREATED\tEXPIRES\tREVOKED\tLABEL")
		for _, t := range all {
			fmt.Fprintf(w, "%d\t…%s\t%s\t%s\t%s\t%s\n", t.ID, t.Last, day(t.Created), day(t.Expires), day(t.Revoked), t.Label)
		}
		return w.Flush()
	})
	user.flags(cmd)
	return cmd
}

func day(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format(time.DateOnly)
}

func (p *program) revokeToken() *cobra.Command {
	return p.administer("revoke ID", "End a token at once", func(ctx context.Context, a *account.Accounts, args []string) error {
		id, err := strconv.ParseInt(args[0], 10, 64)
		if err != nil {
			return fmt.Errorf("%s is no id of a token; see server admin token list", args[0])
		}
		err = a.RevokeToken(ctx, account.TokenID(id))
		if fault.Is(err, fault.NotFound) {
			err = fmt.Errorf("there is no token %d", id)
		}
		return err
	})
}

func required(cmd *cobra.Command, value *string, name, usage string) {
	cmd.Flags().StringVar(value, name, "", usage)
	_ = cmd.MarkFlagRequired(name) // the flag is there
}
